import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'
import { createExpress } from './expressApp.ts'
import { createLogger } from './logger.ts'

const lines: string[] = []
const logger = createLogger('test', 'info', { write: (line) => void lines.push(line) })
const app = createExpress(logger)
const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach((end) => end()))

async function serve(isOwn: boolean): Promise<string> {
  const server = createServer(isOwn ? app.classes : {}, app).listen(0, '127.0.0.1')
  ends.push(() => server.close())
  await once(server, 'listening')
  const { port }: { port: number } = Object(server.address())
  return `http://127.0.0.1:${port}`
}

const seen: { request: Request; response: Response }[] = []
app.use((request, response) => {
  seen.push({ request, response })
  request.id = 'r1'
  request.log.info('a line')
  response.status(202).json({ path: request.path, type: request.get('accept') })
})

test.each([true, false])(
  'Requests have all that Express gives them, and lines with their id, if the server makes them so: %s',
  async (isOwn) => {
    const origin = await serve(isOwn)
    const answer = await fetch(`${origin}/a/b?c`, { headers: { Accept: 'text/x' } })
    expect([answer.status, await answer.json()]).toEqual([202, { path: '/a/b', type: 'text/x' }])
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ requestId: 'r1', msg: 'a line' })
    const { request, response } = seen.at(-1) ?? {}
    expect([request?.app, response?.app]).toEqual([app, app])
  },
)

test('Express need not change the prototype of a request that its server has made', () => {
  expect(app.classes.IncomingMessage.prototype).toBe(app.request)
  expect(app.classes.ServerResponse.prototype).toBe(app.response)
  expect(Reflect.getPrototypeOf(app.request)).toBe(express.request)
})
