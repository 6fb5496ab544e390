import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Causeway } from '../client/sdk/causeway.ts'
import { history } from '../client/sdk/history.ts'
import { JoinedChannel } from '../client/sdk/joinedChannel.ts'
import { Outbox } from '../client/sdk/outbox.ts'
import { serve } from '../client/sdk/serverFixture.ts'
import { Stream } from '../client/sdk/stream.ts'
import { Timeline } from '../client/sdk/timeline.ts'
import type { About } from '../contract/about.ts'
import type { Message } from '../contract/message.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack()
}, 120_000)
afterAll(() => stack?.stop(), 60_000)

function sender(id: string, base = stack.origin) {
  const causeway = new Causeway({ base, headers: () => ({ 'Causeway-Sender': id }) })
  const outbox = new Outbox(causeway, { name: id })
  opened.add(() => outbox.close())
  return { causeway, outbox }
}

/** A stream; `seen` has the numbers that its messages carry, and `states` how it was. */
function listenTo(channel: string, since: string, causeway: Causeway) {
  const seen: unknown[] = []
  const states: string[] = []
  const stream = new Stream(
    causeway,
    { channels: [channel], since },
    {
      message: ({ data }) => seen.push(data),
      gap: () => seen.push('gap'),
      reset: () => seen.push('reset'),
      connection: ({ is, ...more }) => states.push([is, ...Object.values(more)].join(' ')),
    },
  )
  opened.add(() => stream.close())
  return { seen, states }
}

test('What is posted while gateways are killed arrives once and in order', async () => {
  const { causeway, outbox } = sender('alice')
  const { seen, states } = listenTo('sdk.killed', '0', causeway)
  await waitFor(() => states.includes('live'))
  const numbers = Array.from({ length: 30 }, (_, number) => number)
  for (const number of numbers) {
    await outbox.publish('sdk.killed', number)
    if (number !== 10) continue
    for (const each of stack.processes) if (each.role === 'gateway') each.kill('SIGKILL')
  }
  await waitFor(() => seen.length >= numbers.length)
  expect(seen).toEqual(numbers)
  expect(states.filter((state) => state.startsWith('reconnecting')).length).toBeGreaterThan(0)
}, 60_000)

/** A small generator, so that a failure can be seen again. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

test('A timeline of live messages and changes is what history shows', async () => {
  const random = randomNumbers(7)
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  const people = Array.from({ length: 25 }, (_, number) => sender(`p${number}`))
  const [{ causeway } = sender('p')] = people
  const channel = 'sdk.folds'
  const timeline = new Timeline((position) => {
    throw new Error(`Of ${position} all is known`)
  })
  let received = 0
  const joined = new JoinedChannel(
    causeway,
    { channel, limit: 1_000 },
    {
      history: (page) => timeline.replace(page.messages, page.next === null),
      message: (message) => {
        received = message.position
        timeline.receive(message)
        // A resumed stream and an answer to a post may bring it again.
        timeline.receive(message)
      },
      gap: (gap) => timeline.miss(gap),
      connection: () => undefined,
    },
  )
  opened.add(() => joined.leave())

  const stored: Message[] = []
  for (let step = 0; step < 300; step += 1) {
    const about = pick(stored)?.position
    const as = pick(['reply', 'edit', 'delete', 'reaction', 'reaction', 'unreaction'] as const)
    const isPlain = about === undefined || as === undefined || step < 5
    const change: { about: About } | undefined = isPlain
      ? undefined
      : { about: { position: about, as } }
    const data = { reaction: '👍', unreaction: '👍', delete: null }[String(as)]
    const content = isPlain || data === undefined ? { step } : data
    const answer = await pick(people)
      ?.outbox.publish(channel, content, change)
      .catch(() => undefined)
    if (answer !== undefined && (isPlain || as === 'reply')) stored.push(answer)
    // Few targets, so that many changes meet.
    if (stored.length > 8) stored.shift()
  }
  const last = await people[0]?.outbox.publish(channel, 'the end')
  await waitFor(() => received === last?.position)

  const shown = []
  for await (const message of history(causeway, { channel, order: 'asc' })) shown.push(message)
  expect(timeline.messages).toEqual(shown)
  expect(shown.filter(({ edited }) => edited).length).toBeGreaterThan(0)
  expect(shown.filter(({ deleted }) => deleted).length).toBeGreaterThan(0)
  expect(shown.filter(({ reactions }) => reactions).length).toBeGreaterThan(0)
  expect(timeline.gaps).toEqual([])
}, 60_000)

async function passOn(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const leaving = new AbortController()
  response.on('close', () => leaving.abort())
  try {
    const headers = { Accept: request.headers.accept ?? '*/*' }
    const answer = await fetch(url, { headers, signal: leaving.signal })
    const type = answer.headers.get('content-type') ?? 'text/plain'
    const body = await answer.text()
    response.writeHead(answer.status, { 'Content-Type': type }).end(body)
  } catch {
    response.destroy()
  }
}

/** A proxy that passes on whole answers only, as one does that buffers. */
async function bufferingProxy(): Promise<string> {
  const { base, stop } = await serve((request, response, url) => {
    void passOn(new URL(url.pathname + url.search, stack.origin), request, response)
  })
  opened.add(stop)
  return base
}

test('Behind a proxy that holds streams back messages come by polls, and the state says so', async () => {
  const { outbox } = sender('alice')
  await outbox.publish('sdk.proxied', 0)
  const { causeway } = sender('bob', await bufferingProxy())
  const { seen, states } = listenTo('sdk.proxied', '-10', causeway)
  await waitFor(() => states.includes('live held-back'), 30)
  for (const number of [1, 2, 3]) await outbox.publish('sdk.proxied', number)
  await waitFor(() => seen.length >= 4)
  expect(seen).toEqual([0, 1, 2, 3])
}, 60_000)

test('The edge asks proxies before it not to hold a stream back', async () => {
  const leaving = new AbortController()
  const { signal } = leaving
  const answer = await fetch(`${stack.origin}/events?channel=sdk.header`, { signal })
  expect(answer.headers.get('x-accel-buffering')).toBe('no')
  leaving.abort()
})
