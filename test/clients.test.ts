import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { testStack } from './support/testStack.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'

/** Clients that no one here wrote, each by its own idea of the protocol. */
let stack: Stack
const mqttPrefix = uniquePrefix()
const opened = disposables()

beforeAll(async () => {
  stack = await testStack({ mqttPrefix })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** Posts with curl and answers the message. */
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

/** The lines that a program prints, one by one; it is killed at the end of the file. */
function run(program: string, args: string[]): { next: () => Promise<string> } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  opened.add(async () => {
    if (child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill()
    await gone
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`${program} ended`)
    return value
  }
  return { next }
}

test('two posts with curl stand one after the other in the log', async () => {
  const first = await curlPost('rooms.curl', 'one')
  const second = await curlPost('rooms.curl', 'two')
  expect(second.position).toBe(first.position + 1)
  expect(second.previous).toBe(first.position)
})

test('curl -N prints what is posted, and resumes where it is told', async () => {
  const url = `${stack.origin}/events?channel=rooms.curl2`
  const { next } = run('curl', ['-sN', url])
  expect((await nextEvent(next)).name).toBe('ready')
  const message = await curlPost('rooms.curl2', 'hello')
  const heard = await nextEvent(next)
  expect([heard.name, JSON.parse(heard.data)]).toEqual(['message', message])

  const later = await curlPost('rooms.curl2', 'again')
  const resumed = run('curl', ['-sN', '-H', `Last-Event-ID: ${heard.id}`, url])
  expect((await nextEvent(resumed.next)).name).toBe('ready')
  expect(JSON.parse((await nextEvent(resumed.next)).data)).toEqual(later)
})

/** Reads the next event with data; heartbeats may come at any time and are passed over. */
async function nextEvent(next: () => Promise<string>) {
  const event = { name: 'message', id: '', data: '' }
  for (;;) {
    const line = await next()
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'event') event.name = value
    if (field === 'id') event.id = value
    if (field === 'data') event.data = value
    if (line !== '') continue
    if (event.data !== '' && event.name !== 'heartbeat') return event
    Object.assign(event, { name: 'message', data: '' })
  }
}

test('mosquitto_sub prints what is posted to any channel', async () => {
  const { hostname, port } = new URL(stack.mqttUrl)
  const topic = `${mqttPrefix}/channels`
  const session = ['-h', hostname, '-p', port, '-q', '1', '-c', '-i', uniquePrefix()]
  // Its lines do not say when it has subscribed. So it subscribes and leaves (-E), and the broker keeps its messages.
  const subscribe = [...session, '-t', `${topic}/#`]
  await promisify(execFile)('mosquitto_sub', [...subscribe, '-E'])
  const message = await curlPost('rooms.berlin.alerts', 'hello')
  const { next } = run('mosquitto_sub', [...subscribe, '-v'])
  const [heardTopic, ...body] = (await next()).split(' ')
  expect(heardTopic).toBe(`${topic}/rooms/berlin/alerts`)
  expect(JSON.parse(body.join(' '))).toEqual(message)
})

test('the eventsource package resumes by itself after every gateway was killed', async () => {
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
  let wake: (() => void) | undefined
  source.addEventListener('message', ({ data, lastEventId }) => {
    const message: Message = JSON.parse(data)
    heard.push(message.position)
    ids.push(lastEventId)
    wake?.()
  })
  const hears = async (count: number) => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve))
  }

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
