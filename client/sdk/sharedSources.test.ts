import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { FakeLocks } from './locksFixture.ts'
import { aMessage } from './messageFixture.ts'
import { SharedSources, type TabChannel } from './sharedSources.ts'
import { Stream } from './stream.ts'
import { randomId } from './randomId.ts'
import { waitFor } from '../../test/support/waitFor.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
let locks: FakeLocks
let browser: string
let tabs: { shared: SharedSources; streams: Stream[] }[]

beforeEach(() => {
  ;({ requests, newest } = fakeFetch())
  locks = new FakeLocks()
  browser = randomId()
  tabs = []
})

afterEach(() => {
  for (const { streams, shared } of tabs) {
    for (const stream of streams) stream.close()
    shared.close()
  }
  jest.restoreAllMocks()
})

const never = () => new Promise<void>(() => {})

/** A tab, which shares with the others of the test. */
function openTab() {
  const causeway = new Causeway({ base: 'https://chat.example/' })
  const name = `tab ${tabs.length}`
  const broadcast = new BroadcastChannel(browser)
  let lives = true
  const channel: TabChannel = {
    postMessage: (message) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      if (lives) broadcast.postMessage(message)
    },
    addEventListener: (type, listener) => {
      broadcast.addEventListener(type, (event) => {
        if (lives && 'data' in event) listener({ data: event.data })
      })
    },
    close: () => broadcast.close(),
  }
  const shared = new SharedSources(causeway, { name: browser, locks: locks.of(name), channel })
  const tab = { shared, streams: [] as Stream[] }
  tabs.push(tab)
  /** A stream of this tab; `events` has what its handlers were told. */
  const stream = (of: string, since = '4') => {
    const events: string[] = []
    const opened = new Stream(
      causeway,
      { channels: [of], since, source: shared.read },
      {
        message: ({ position }) => events.push(`m${position}`),
        gap: ({ after, before }) => events.push(`gap ${after}..${before}`),
        reset: () => events.push('reset'),
        connection: ({ is }) => {
          if (is !== 'connecting') events.push(is)
        },
      },
    )
    tab.streams.push(opened)
    return { events, stream: opened }
  }
  /** The tab ends without a word. Its requests end with it. */
  const crash = () => {
    lives = false
    locks.crash(name)
  }
  return { stream, crash }
}

const open = () => requests.filter(({ isClosed }) => !isClosed)
const send = (position: number, channel: string, previous = position - 1) =>
  newest().send('message', aMessage({ position, channel, previous }), `ep-${position}`)
const channels = () => newest().url.searchParams.getAll('channel')

/** Two tabs with a stream each, over one connection. */
async function two() {
  const [first, second] = [openTab(), openTab()]
  const [a, b] = [first.stream('lobby'), second.stream('news')]
  await waitFor(() => requests.length > 0 && channels().length === 2)
  newest().ready(4)
  await waitFor(() => a.events.includes('live') && b.events.includes('live'))
  return { first, second, a, b }
}

test('Two tabs have one connection, and each hears its own channels', async () => {
  const { a, b } = await two()
  expect(open()).toHaveLength(1)
  send(5, 'lobby')
  send(6, 'news', 3)
  send(7, 'lobby', 5)
  await waitFor(() => a.events.includes('m7'))
  await waitFor(() => b.events.includes('m6'))
  expect([a.events, b.events]).toEqual([
    ['live', 'm5', 'm7'],
    ['live', 'm6'],
  ])
})

test('If the tab that leads ends, the other goes on after the last message, and says nothing of it', async () => {
  const { first, b } = await two()
  send(6, 'news', 3)
  await waitFor(() => b.events.includes('m6'))
  first.crash()
  await waitFor(() => newest().since === 'ep-6')
  expect(channels()).toEqual(['news'])
  newest().ready(6)
  send(9, 'news', 6)
  await waitFor(() => b.events.includes('m9'))
  expect(b.events).toEqual(['live', 'm6', 'm9'])
})

test('If the other tab ends, its channel goes when the next one comes', async () => {
  const { first, second, a } = await two()
  second.crash()
  await settled()
  const c = first.stream('tides', '4')
  await waitFor(() => channels().includes('tides'))
  expect(channels()).toEqual(['lobby', 'tides'])
  newest().ready(4)
  await waitFor(() => c.events.includes('live'))
  send(5, 'lobby')
  await waitFor(() => a.events.includes('m5'))
  expect(a.events).toEqual(['live', 'm5'])
})

test('A tab that comes later, from an earlier place, has no effect on what others see', async () => {
  const { first, a } = await two()
  send(7, 'lobby', 4)
  await waitFor(() => a.events.includes('m7'))
  const c = first.stream('lobby', '2')
  await waitFor(() => newest().since === 'ep-2')
  newest().ready(2)
  send(3, 'lobby', 2)
  send(4, 'lobby', 3)
  send(7, 'lobby', 4)
  await waitFor(() => c.events.includes('m7'))
  send(8, 'lobby', 7)
  await waitFor(() => a.events.includes('m8'))
  expect([a.events, c.events]).toEqual([
    ['live', 'm7', 'm8'],
    ['live', 'm3', 'm4', 'm7', 'm8'],
  ])
})

test('A break is told to all tabs, which come back on one connection', async () => {
  const { a, b } = await two()
  newest().fail()
  await waitFor(() => a.events.includes('reconnecting') && b.events.includes('reconnecting'))
  await waitFor(() => open().length === 1)
  newest().ready(4)
  await waitFor(() => [a, b].every(({ events }) => events.at(-1) === 'live'))
  expect([open().length, requests.length]).toEqual([1, 2])
})

test('A refusal keeps its kind on the way to another tab', async () => {
  const [first, second] = [openTab(), openTab()]
  first.stream('lobby')
  const b = second.stream('secret')
  await waitFor(() => requests.length > 0 && channels().length === 2)
  newest().refuse(403, 'forbidden')
  await waitFor(() => open().length > 1)
  requests.find(({ url }) => url.search === '?channel=secret&since=4')?.refuse(403, 'forbidden')
  await waitFor(() => b.events.includes('refused'))
  expect(b.events).toEqual(['refused'])
})

test('A stream whose start only the server knows has a connection of its own', async () => {
  const { first } = await two()
  const c = first.stream('lobby', '-20')
  await waitFor(() => open().length === 2)
  newest().ready(4)
  await waitFor(() => c.events.includes('live'))
  expect([newest().since, open().length]).toEqual(['-20', 2])
})

test('A lead that sleeps is taken from it', async () => {
  // Another tab holds the lead, and answers nobody.
  const asleep = locks.of('asleep')
  const { signal } = new AbortController()
  asleep.request(`causeway.lead.${browser}`, { signal }, never).catch(() => undefined)
  const a = openTab().stream('lobby')
  await waitFor(() => requests.length > 0)
  newest().ready(4)
  await waitFor(() => a.events.includes('live'))
  expect(open()).toHaveLength(1)
}, 20_000)

test('A page that ends is refused each lock, and does not ask for them all the time', async () => {
  let asked = 0
  const request = (): Promise<void> =>
    (asked += 1) < 100 ? Promise.reject(new DOMException('gone', 'InvalidStateError')) : never()
  const channel = new BroadcastChannel(browser)
  const causeway = new Causeway({ base: 'https://chat.example/' })
  const shared = new SharedSources(causeway, { name: browser, locks: { request }, channel })
  await settled()
  // That of the tab, and the lead.
  expect(asked).toBe(2)
  shared.close()
})
