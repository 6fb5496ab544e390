import { spawn, spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { print } from '../../../stack/setup/print.mjs'

const TELL_EVERY_MS = 20_000

export function hasGo() {
  return spawnSync('go', ['version']).status === 0
}

/** Where built programs stay, outside of the checkout. */
export function cacheFolder(name) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'causeway', name)
}

/**
 * Compiles packages in the Go module `source` with these arguments of `go build`, and tells how far it is: it takes minutes. `count` is
 * about how many packages there are in all. Throws with the end of what Go says.
 */
export async function compileGo({ source, args, count }) {
  const go = spawn('go', ['build', '-v', '-trimpath', ...args], {
    cwd: source,
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  const other = []
  let done = 0
  createInterface(go.stderr).on('line', (line) => {
    if (/^[\w.~/-]+$/.test(line)) done++
    else if (!line.startsWith('go: downloading')) other.push(line)
  })
  const timer = setInterval(() => print(`${done} of about ${count} packages`), TELL_EVERY_MS)
  const code = await new Promise((resolve) => {
    go.on('error', () => resolve(1))
    go.on('close', resolve)
  })
  clearInterval(timer)
  if (code !== 0) throw new Error(other.slice(-20).join('\n'))
}
