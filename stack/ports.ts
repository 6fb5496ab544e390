import { once } from 'node:events'
import { createServer } from 'node:net'
import { codeOf, messageOf } from './errors.ts'

// Below the range from which the kernel takes the local ports of outgoing connections (32768 on Linux, 49152 on macOS): there
// a server that is restarted may find its port taken by some client's connection.
const FIRST = 20_000
const COUNT = 12_000
const TRIES = 100

/** A loopback port that no one listens on. Random, so that two runs that start at once do not choose alike. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if ((await listenError('127.0.0.1', port)) === undefined) return port
  }
  throw new Error(`no free port found in ${TRIES} tries between ${FIRST} and ${FIRST + COUNT}`)
}

/** The code of the error with which listening there fails (`EADDRINUSE`, `EACCES`, …), or undefined where it can be done. */
export async function listenError(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return undefined
  } catch (error) {
    return codeOf(error) ?? messageOf(error)
  }
}
