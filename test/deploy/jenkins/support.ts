import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'

interface Ended {
  code: number
  output: string
}

/** Runs to the end, and never rejects for how it ended. */
export function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(command, args, { env: { ...process.env, ...env } }, (_e, out, err) =>
      done({ code: child.exitCode ?? 1, output: out + err }),
    )
  })
}

export const DIGEST = `sha256:${'7'.padStart(64, '0')}`
export const IMAGE = `registry.example.org/team/causeway@${DIGEST}`

/** Starts it on a free port and answers its address. */
export async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It does not listen')
  return `http://127.0.0.1:${address.port}`
}
