import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf, messageOf } from './errors.ts'

// Below the range from which the kernel takes the local ports of outgoing connections (32768 on Linux, 49152 on macOS): there,
// a client's connection may take the port of a server that restarts.
const FIRST = 20_000
const COUNT = 12_000
const TRIES = 100

// Random, so that two runs that start at once choose different ones.
let next = Math.floor(Math.random() * COUNT)

/** A free loopback port, and at each call another: a stack chooses many before the first of its services listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + (next++ % COUNT)
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
