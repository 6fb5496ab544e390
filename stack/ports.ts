import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, statSync, utimesSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf, messageOf } from './errors.ts'

// Below the range from which the kernel takes the local ports of outgoing connections (32768 on Linux, 49152 on macOS): there,
// a client's connection may take the port of a server that restarts.
const FIRST = 20_000
const COUNT = 12_000
const TRIES = 1_000

// Several test files run at once, each in a process of its own. A server listens seconds after its port was chosen, and not while it
// restarts. So a mark on the disk holds the port: otherwise another process could be given the same one.
const MARKS = join(tmpdir(), `causeway-ports-${process.getuid?.() ?? 0}`)
/** Longer than a test runs. */
const MARKED_FOR_MS = 600_000

// Random, so that those who start at once do not all ask for the same ones.
let next = Math.floor(Math.random() * COUNT)

/** A free loopback port, which no call gets again for ten minutes, in whatever process of this user. */
export async function freePort(): Promise<number> {
  mkdirSync(MARKS, { recursive: true })
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + (next++ % COUNT)
    if (mark(join(MARKS, String(port))) && (await listenError('127.0.0.1', port)) === undefined) {
      return port
    }
  }
  throw new Error(`no free port found in ${TRIES} tries between ${FIRST} and ${FIRST + COUNT}`)
}

/** Returns whether no other has marked the port lately. */
function mark(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx'))
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  const now = new Date()
  if (now.getTime() - statSync(file).mtimeMs < MARKED_FOR_MS) return false
  utimesSync(file, now, now)
  return true
}

/** The code of the error with which listening fails (`EADDRINUSE`, `EACCES`, …), or undefined if it succeeds. */
export async function listenError(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    await server[Symbol.asyncDispose]()
    return undefined
  } catch (error) {
    return codeOf(error) ?? messageOf(error)
  }
}
