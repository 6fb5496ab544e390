import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { drainServer } from './drain.ts'

let server: Server
let answers: ServerResponse[]
let sockets: Socket[]

beforeEach(async () => {
  answers = []
  sockets = []
  server = createServer((request, response) => {
    if (request.url === '/now') response.end('now')
    else answers.push(response)
  })
  server.keepAliveTimeout = 3_600_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  // Only the timers of the drain stand still: what goes through sockets takes its own time.
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'],
  })
})

afterEach(() => {
  jest.useRealTimers()
  for (const socket of sockets) socket.destroy()
  server.close()
})

/** Waits until the condition holds, each time letting the timers of the drain pass `ms`; ten seconds are for what hangs. */
async function soon(condition: () => boolean, ms = 0): Promise<void> {
  const end = Date.now() + 10_000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`It did not become true: ${String(condition)}`)
    if (ms > 0) jest.advanceTimersByTime(ms)
    await new Promise(setImmediate)
  }
}

/** A connection; `text()` is what came on it. */
async function open() {
  const socket = connect({ port: Object(server.address()).port, host: '127.0.0.1' })
  sockets.push(socket)
  let text = ''
  socket.on('error', () => {}).on('data', (chunk) => (text += String(chunk)))
  await once(socket, 'connect')
  const get = (path: string) => void socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  return { socket, get, text: () => text }
}

/** A kept-alive connection whose first request has been answered. */
async function idle() {
  const connection = await open()
  connection.get('/now')
  await soon(() => connection.text().endsWith('now'))
  return connection
}

/** Begins to drain. */
function drain(signal = new AbortController().signal): { isOver: boolean } {
  const state = { isOver: false }
  void drainServer(server, signal).then(() => (state.isOver = true))
  return state
}

test('A server that does not listen is drained at once', async () => {
  const closed = once(server, 'close')
  server.close()
  await closed
  const state = drain()
  await soon(() => state.isOver)
  expect(server.listening).toBe(false)
})

test('A server without connections is drained at once, and leaves no timer', async () => {
  const state = drain()
  await soon(() => state.isOver)
  expect([server.listening, jest.getTimerCount()]).toEqual([false, 0])
})

test('A server that drains accepts no connection', async () => {
  await idle()
  const { port }: { port: number } = Object(server.address())
  drain()
  const late = connect({ port, host: '127.0.0.1' })
  const [error]: NodeJS.ErrnoException[] = await once(late, 'error')
  expect(error?.code).toBe('ECONNREFUSED')
})

test('An idle connection outlasts the time after which nginx closes it, and is then closed', async () => {
  const template = new URL('../charts/causeway/files/nginx.conf.template', import.meta.url)
  const [, ingests = ''] =
    /upstream ingests \{(.*?)\n {2}\}/s.exec(readFileSync(template, 'utf8')) ?? []
  const nginxMs = Number(/keepalive_timeout (\d+)s/.exec(ingests)?.[1]) * 1_000
  const { socket, get, text } = await idle()
  const state = drain()
  await jest.advanceTimersByTimeAsync(nginxMs + 250)
  get('/now')
  await soon(() => text().split('now').length === 3)
  expect(text()).toMatch(/Connection: close/)
  await soon(() => socket.closed)
  await soon(() => state.isOver)
  expect(jest.getTimerCount()).toBe(0)
})

test('Connections that stay idle are closed within two seconds, all of them', async () => {
  const connections = [await idle(), await idle()]
  const state = drain()
  await jest.advanceTimersByTimeAsync(2_000)
  await soon(() => connections.every(({ socket }) => socket.closed))
  await soon(() => state.isOver)
  expect(jest.getTimerCount()).toBe(0)
})

test('Requests in flight are answered, however long they take, while idle connections close', async () => {
  const [one, two, other] = [await open(), await open(), await idle()]
  one.get('/slow')
  two.get('/slow')
  await soon(() => answers.length === 2)
  const state = drain()
  await jest.advanceTimersByTimeAsync(60_000)
  await soon(() => other.socket.closed)
  expect([state.isOver, one.socket.closed, two.socket.closed]).toEqual([false, false, false])
  answers[0]?.end('whole')
  await soon(() => one.socket.closed, 50)
  expect([one.text().endsWith('whole'), state.isOver]).toEqual([true, false])
  answers[1]?.end('whole')
  await soon(() => state.isOver, 50)
  await soon(() => two.text().endsWith('whole'))
})

test('An abort cuts what is left of a drain', async () => {
  const controller = new AbortController()
  const { socket, get } = await open()
  get('/slow')
  await soon(() => answers.length === 1)
  const state = drain(controller.signal)
  await new Promise(setImmediate)
  expect(state.isOver).toBe(false)
  controller.abort()
  await soon(() => state.isOver)
  await soon(() => socket.closed)
  expect(jest.getTimerCount()).toBe(0)
})

test('A drain whose time is over before it begins cuts at once', async () => {
  const { socket, get } = await open()
  get('/slow')
  await soon(() => answers.length === 1)
  const state = drain(AbortSignal.abort())
  await soon(() => state.isOver)
  await soon(() => socket.closed)
  expect(jest.getTimerCount()).toBe(0)
})
