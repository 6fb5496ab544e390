import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf, messageOf } from './errors.ts'

// Below the range from which the kernel takes the local ports of outgoing connections (32768 on Linux, 49152 on macOS): there,
// a client's connection may take the port of a server that restarts.
const FIRST = 20_000
const COUNT = 12_000
const TRIES = 100

/** Who asked for a port listens on it later; until then it would seem to be free. */
const given = new Set<number>()

/**
 * A free loopback port, which this process gets once. It is random, so that two runs that start at once choose different ones.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (given.has(port)) continue
    given.add(port)
    if ((await listenError('127.0.0.1', port)) === undefined) return port
  }
  throw new Error(`no free port found in ${TRIES} tries between ${FIRST} and ${FIRST + COUNT}`)
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
