import { describe, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import type { Subject } from '../../chassis/limits/limit.ts'
import { Problem } from '../../contract/problem.ts'
import { disposables } from '../../test/support/disposables.ts'
import { expectNothingHeld, listen } from '../../test/support/listen.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { UNLIMITED } from '../../test/support/unlimited.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()

type Headers = Record<string, string>

const ONE = { admission: { maxStreams: 1 } }

const comeBack = (ms: number, id?: string): string =>
  `retry:${ms}\nevent:goodbye\ndata:{"reason":"unavailable"}\n${id === undefined ? '' : `id:${id}\n`}\n`

async function bodyOf(server: StreamServer, query: string, headers: Headers = {}): Promise<string> {
  const answer = await fetch(`${server.origin}/events?${query}`, { headers })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  return answer.text()
}

describe('a request that may succeed later', () => {
  test.each<[string, (server: StreamServer) => void]>([
    ['before the log has been seen', () => {}],
    [
      'while draining',
      (server) => {
        server.begin('e1')
        server.isDraining = true
      },
    ],
  ])('%s is told to reconnect, and gets its id back', async (_when, change) => {
    let asked = 0
    const server = await openStreams(opened, {
      ...ONE,
      isUnseen: true,
      findStart: async () => {
        asked++
        return {}
      },
    })
    change(server)
    expect(await bodyOf(server, 'channel=a')).toBe(comeBack(1_500))
    expect(await bodyOf(server, 'channel=a&since=7')).toBe(comeBack(1_500))
    expect(await bodyOf(server, 'channel=a', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(1_500, 'e1-9'),
    )
    expect(await bodyOf(server, 'channel=a&lastEventId=e0-8')).toBe(comeBack(1_500, 'e0-8'))
    expect(asked).toBe(0)
    await expectNothingHeld(server)
  })

  test.each([
    ['streams', { maxStreams: 1 }],
    ['address', { perAddress: { ...UNLIMITED, maxStreams: 1 } }],
    ['address-channels', { perAddress: { ...UNLIMITED, maxChannels: 1 } }],
    ['channels', { maxChannels: 1 }],
    ['rate', { burst: 1, ratePerSecond: 0.001 }],
    ['address-rate', { perAddress: { ...UNLIMITED, burst: 1, ratePerSecond: 0.001 } }],
  ])('beyond the limit on %s is told to reconnect later', async (reason, admission) => {
    const server = await openStreams(opened, { admission })
    const first = await listen(opened, server, 'channel=a')
    expect(await bodyOf(server, 'channel=b', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(7_500, 'e1-9'),
    )
    expect([await server.count('refusals', reason), server.connections.size]).toEqual([1, 1])
    first.socket.destroy()
    await waitFor(() => server.connections.size === 0)
    if (!reason.endsWith('rate')) await listen(opened, server, 'channel=a')
  })

  test('beyond the limit of all gateways is told to reconnect later, and EventSource does', async () => {
    const uses: [Subject, number][] = []
    let isRefused = true
    const server = await openStreams(opened, {
      limit: {
        refusal: (subject, cost) => {
          expect([subject.address, cost]).toEqual(['127.0.0.1', 1])
          return isRefused ? 1 : undefined
        },
        take: (...use) => void uses.push(use),
      },
    })
    expect(await bodyOf(server, 'channel=a', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(7_500, 'e1-9'),
    )
    expect([await server.count('refusals', 'limit'), server.connections.size, uses]).toEqual([
      1,
      0,
      [],
    ])
    const source = new EventSource(`${server.origin}/events?channel=a`)
    opened.add(() => source.close())
    await new Promise((resolve) => source.addEventListener('error', resolve))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    isRefused = false
    await listen(opened, server, 'channel=a')
    expect(uses).toEqual([[{ principal: undefined, address: '127.0.0.1' }, 1]])
  })

  test('is refused for its channels only if it names new ones', async () => {
    const server = await openStreams(opened, { admission: { maxChannels: 2 } })
    await listen(opened, server, 'channel=a&channel=b')
    await listen(opened, server, 'channel=b')
    expect(await bodyOf(server, 'channel=b&channel=c')).toBe(comeBack(7_500))
  })

  test('is refused if others took the channels during its look-up', async () => {
    const server: StreamServer = await openStreams(opened, {
      admission: { maxChannels: 1 },
      findStart: async ({ channels }) => {
        if (channels[0] === 'b') await listen(opened, server, 'channel=a')
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=b')).toBe(comeBack(7_500))
    expect([await server.count('refusals', 'channels'), server.connections.size]).toEqual([1, 1])
  })

  test.each([
    ['the log is away', new Problem('unavailable'), 0],
    ['of a failure that nobody foresaw', new Error('bug'), 1],
  ])('because %s is repeated by EventSource until it succeeds', async (_why, failure, lines) => {
    let away = true
    const server = await openStreams(opened, {
      ...ONE,
      findStart: async () => {
        if (away) throw failure
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=a', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(1_500, 'e1-9'),
    )
    expect(server.log.length).toBe(lines)
    await expectNothingHeld(server)
    const source = new EventSource(`${server.origin}/events?channel=a`)
    opened.add(() => source.close())
    await new Promise((resolve) => source.addEventListener('error', resolve))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    away = false
    await new Promise((resolve) => source.addEventListener('ready', resolve))
    expect(server.connections.size).toBe(1)
  })

  test.each<[string, (server: StreamServer) => void]>([
    ['the log became another one', (server) => server.begin('e2')],
    ['a drain began', (server) => (server.isDraining = true)],
  ])('because %s during its look-up is told to reconnect', async (_why, change) => {
    const server: StreamServer = await openStreams(opened, {
      ...ONE,
      findStart: async () => {
        change(server)
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=a&since=5')).toBe(comeBack(1_500))
    expect(await server.count('starts', 'position')).toBe(0)
    await expectNothingHeld(server)
  })
})

test.each<[string, (reader: RawReader) => void]>([
  ['breaks off', ({ socket }) => socket.resetAndDestroy()],
  ['closes its side', ({ socket }) => socket.end()],
])('a reader that %s during its look-up is not wanted any more', async (_how, leave) => {
  let isWanted: (() => boolean) | undefined
  let found: (() => void) | undefined
  const server = await openStreams(opened, {
    ...ONE,
    findStart: (_query, wanted) => {
      isWanted = wanted
      return new Promise((resolve) => (found = () => resolve({})))
    },
  })
  const reader = new RawReader(`${server.origin}/events?channel=a`)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => isWanted !== undefined)
  expect(isWanted?.()).toBe(true)
  leave(reader)
  await waitFor(() => isWanted?.() === false)
  await expectNothingHeld(server)
  found?.()
  await expectNothingHeld(server)
  expect([await server.count('starts', 'now'), server.begun.length]).toEqual([0, 0])
})
