import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, jest, test } from '@jest/globals'
import { freePort, listenError } from './ports.ts'

test('freePort returns a port that can be listened on', async () => {
  expect(await listenError('127.0.0.1', await freePort())).toBeUndefined()
})

test('freePort returns no port twice, also to those that ask at once', async () => {
  const ports = await Promise.all(Array.from({ length: 700 }, () => freePort()))
  expect(new Set(ports).size).toBe(700)
})

test('freePort returns no port that another process was given, though neither listens yet', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0.5)
  const given: number[] = []
  for (let processes = 0; processes < 3; processes++) {
    // As another process has it: it begins at the same port.
    jest.resetModules()
    const other = await import('./ports.ts')
    given.push(...(await Promise.all(Array.from({ length: 20 }, () => other.freePort()))))
  }
  expect(new Set(given).size).toBe(60)
})

test('listening on a port in use is reported with the code of the error', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const code = await listenError('127.0.0.1', port)
  server.close()
  expect(code).toBe('EADDRINUSE')
})
