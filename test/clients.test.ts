import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { brokerArgs } from './support/realClients.ts'
import { testStack } from './support/testStack.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'
import { waitFor } from './support/waitFor.ts'

/** Clients by other authors, each with its own idea of the protocol. */
let stack: Stack
const mqttPrefix = uniquePrefix()
const opened = disposables()

beforeAll(async () => {
  stack = await testStack({ mqttPrefix })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** Posts with curl and returns the message. */
async function curlPost(channel: string, text: string): Promise<Message> {
  const { stdout } = await promisify(execFile)('curl', [
    '--silent',
    '--fail-with-body',
    '--json',
    JSON.stringify({ data: { text } }),
    `${stack.origin}/channels/${channel}/messages`,
  ])
  const message: Message = JSON.parse(stdout)
  return message
}

/** The output of a program, which is killed at the end of the file. */
function run(program: string, args: string[]): Readable {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  opened.add(async () => {
    if (child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill()
    await gone
  })
  return child.stdout.setEncoding('utf8')
}

/** The events that curl prints, except for heartbeats, which may come at any time. */
async function* curlEvents(...args: string[]): AsyncGenerator<EventSourceMessage, never> {
  const events: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (event) => void events.push(event) })
  for await (const chunk of run('curl', ['-sN', ...args])) {
    parser.feed(String(chunk))
    yield* events.splice(0).filter(({ event }) => event !== 'heartbeat')
  }
  throw new Error('curl ended')
}

test('two posts with curl follow each other in the log', async () => {
  const first = await curlPost('rooms.curl', 'one')
  const second = await curlPost('rooms.curl', 'two')
  expect(second.position).toBe(first.position + 1)
  expect(second.previous).toBe(first.position)
})

test('curl -N prints posted messages, and resumes after the id that it sends', async () => {
  const url = `${stack.origin}/events?channel=rooms.curl2`
  const events = curlEvents(url)
  expect((await events.next()).value.event).toBe('ready')
  const message = await curlPost('rooms.curl2', 'hello')
  const { value: heard } = await events.next()
  expect([heard.event, JSON.parse(heard.data)]).toEqual([undefined, message])

  const later = await curlPost('rooms.curl2', 'again')
  const resumed = curlEvents('-H', `Last-Event-ID: ${heard.id}`, url)
  expect((await resumed.next()).value.event).toBe('ready')
  expect(JSON.parse((await resumed.next()).value.data)).toEqual(later)
})

test('mosquitto_sub prints messages posted to any channel', async () => {
  const topic = `${mqttPrefix}/channels`
  const session = [...brokerArgs(new URL(stack.mqttUrl)), '-q', '1', '-c', '-i', uniquePrefix()]
  // Its output does not say when it has subscribed. So it subscribes and leaves (-E), and the broker keeps its messages.
  const subscribe = [...session, '-t', `${topic}/#`]
  await promisify(execFile)('mosquitto_sub', [...subscribe, '-E'])
  const message = await curlPost('rooms.berlin.alerts', 'hello')
  const lines = createInterface({ input: run('mosquitto_sub', [...subscribe, '-v']) })
  const [line] = await once(lines, 'line')
  const [heardTopic, ...body] = String(line).split(' ')
  expect(heardTopic).toBe(`${topic}/rooms/berlin/alerts`)
  expect(JSON.parse(body.join(' '))).toEqual(message)
})

test('the eventsource package resumes without help after every gateway was killed', async () => {
  const asked: (string | null)[] = []
  const source = new EventSource(`${stack.origin}/events?channel=rooms.package`, {
    fetch: (url, init) => {
      asked.push(new Headers(init.headers).get('Last-Event-ID'))
      return fetch(url, init)
    },
  })
  opened.add(() => source.close())
  const heard: number[] = []
  const ids: string[] = []
  source.addEventListener('message', ({ data, lastEventId }) => {
    const message: Message = JSON.parse(data)
    heard.push(message.position)
    ids.push(lastEventId)
  })
  const hears = (count: number) => waitFor(() => heard.length >= count)

  await once(source, 'ready')
  const posted = [await curlPost('rooms.package', 'before')]
  await hears(1)
  const lastId = ids[0]
  for (const each of stack.processes) if (each.role === 'gateway') each.kill('SIGKILL')
  await once(source, 'error')
  posted.push(await curlPost('rooms.package', 'while nobody listens'))
  await once(source, 'ready')
  posted.push(await curlPost('rooms.package', 'after'))
  await hears(3)
  expect(heard).toEqual(posted.map(({ position }) => position))
  expect(asked).toContain(lastId)
}, 60_000)
