import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
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
function run(
  program: string,
  args: string[],
): { next: () => Promise<string>; child: ChildProcess } {
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
  return { next, child }
}

async function until(next: () => Promise<string>, start: string): Promise<string> {
  for (;;) {
    const line = await next()
    if (line.startsWith(start)) return line.slice(start.length).trim()
  }
}

test('two posts with curl stand one after the other in the log', async () => {
  const first = await curlPost('rooms.curl', 'one')
  const second = await curlPost('rooms.curl', 'two')
  expect(second.position).toBe(first.position + 1)
  expect(second.previous).toBe(first.position)
})

test('curl -N prints what is posted, and resumes where it is told', async () => {
  const { next } = run('curl', ['-sN', `${stack.origin}/events?channel=rooms.curl2`])
  await until(next, 'event: ready')
  const message = await curlPost('rooms.curl2', 'hello')
  const heard = await nextMessage(next)
  expect(heard.message).toEqual(message)

  const later = await curlPost('rooms.curl2', 'again')
  const resumed = run('curl', [
    '-sNH',
    `Last-Event-ID: ${heard.id}`,
    `${stack.origin}/events?channel=rooms.curl2`,
  ])
  expect((await nextMessage(resumed.next)).message).toEqual(later)
})

/** Reads on to the next stored message: an event with data and without a name. */
async function nextMessage(next: () => Promise<string>): Promise<{ id: string; message: Message }> {
  let id = ''
  let name = ''
  for (;;) {
    const line = await next()
    if (line.startsWith('id:')) id = line.slice(3).trim()
    if (line.startsWith('event:')) name = line.slice(6).trim()
    if (line === '') name = ''
    if (line.startsWith('data:') && name === '') return { id, message: JSON.parse(line.slice(5)) }
  }
}

test('mosquitto_sub prints what is posted to any channel', async () => {
  const { hostname, port } = new URL(stack.mqttUrl)
  const topic = `${mqttPrefix}/channels`
  const { next } = run('mosquitto_sub', ['-dvh', hostname, '-p', port, '-t', `${topic}/#`])
  await until(next, 'Subscribed')
  const message = await curlPost('rooms.berlin.alerts', 'hello')
  expect(JSON.parse(await until(next, `${topic}/rooms/berlin/alerts `))).toEqual(message)
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
