import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { codeOf, messageOf } from '../../stack/errors.ts'
import { ROOT } from '../../stack/root.ts'
import { CACHE } from './cache.ts'
import type { Target } from '../target.ts'
import { centrifugo, centrifugoOnRedis } from './centrifugo.ts'
import { mercure } from './mercure.ts'

const CENTRIFUGO = 'v6.9.1'
/** The version in bench/mercure/go.mod. */
const MERCURE = 'v0.22.1'

/** Their versions, for the report. */
export const GO_PEERS = `Centrifugo ${CENTRIFUGO}, Mercure ${MERCURE}`

/** The peers written in Go. If they cannot be built here it says so, and there are none. */
export async function goPeers(print: (line: string) => void): Promise<Target[]> {
  try {
    // The first build takes minutes; later ones see that nothing has changed.
    await go(['install', `github.com/centrifugal/centrifugo/v6@${CENTRIFUGO}`])
    await go(['build', '-C', join(ROOT, 'bench/mercure'), '-o', inCache('mercure')])
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no Go' : messageOf(error)
    print(`Centrifugo and Mercure are left out: ${why}`)
    return []
  }
  const program = inCache('centrifugo')
  return [centrifugo(program), centrifugoOnRedis(program), mercure(inCache('mercure'))]
}

async function go(args: string[]): Promise<void> {
  await promisify(execFile)('go', args, { env: { ...process.env, GOBIN: CACHE } })
}

function inCache(name: string): string {
  return join(CACHE, name)
}
