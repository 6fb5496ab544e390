import { beforeEach, describe, expect, test } from '@jest/globals'
import { concernsOf } from '../../chassis/auth/concerns.ts'
import type { Identity } from '../../chassis/auth/identity.ts'
import { disposables } from '../../test/support/disposables.ts'
import { listen } from '../../test/support/listen.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams } from '../../test/support/streamServer.ts'
import { testIdentity } from '../../test/support/testIdentity.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { waitFor } from '../../test/support/waitFor.ts'
import type { Listener } from '../presence/attended.ts'
import { SignalFanout } from '../signals/signalFanout.ts'
import { Ephemeral } from './ephemeral.ts'

const opened = disposables()
let clock: VirtualClock
let calls: string[]
let presenceBudget: number
let fanout: SignalFanout
let ephemeral: Ephemeral

beforeEach(() => {
  clock = new VirtualClock()
  calls = []
  presenceBudget = 0
  fanout = new SignalFanout({ now: clock.now, onSent: () => {}, onDropped: () => {} })
  const log = {
    presence: {
      join: (channel: string, { id, name }: { id: string; name: string }) =>
        void calls.push(`join ${channel} ${id} ${name}`),
      leave: (channel: string, id: string, _of: Listener, how: string) =>
        void calls.push(`leave ${channel} ${id} ${how}`),
      tell: (budget: number) => {
        presenceBudget += budget
        return 0
      },
    },
    signals: {
      want: (channel: string) => void calls.push(`want ${channel}`),
      leave: (channel: string) => void calls.push(`unwant ${channel}`),
    },
  }
  ephemeral = new Ephemeral({ logOf: () => log, logs: [log], fanout, clock })
})

describe('streams that ask', () => {
  test('come and leave once, and the last one takes the subscription along', () => {
    const streams: Listener[] = [{ tell: () => true }, { tell: () => true }]
    const asked = { presence: ['a'], signals: ['a'] }
    for (const [n, stream] of streams.entries()) {
      ephemeral.begin(stream, asked, { id: `p${n}`, name: `P${n}` })
    }
    for (const stream of [...streams, ...streams]) ephemeral.end(stream)
    expect(calls).toEqual([
      'join a p0 P0',
      'want a',
      'join a p1 P1',
      'leave a p0 grace',
      'leave a p1 grace',
      'unwant a',
    ])
  })

  test('leave without a grace only if they may not come back', () => {
    const stream: Listener = { tell: () => true }
    ephemeral.begin(stream, { presence: ['a', 'b'], signals: [] }, { id: 'p', name: 'P' })
    ephemeral.end(stream, (channel) => channel === 'b')
    expect(calls.slice(2)).toEqual(['leave a p grace', 'leave b p soon'])
  })

  test('share a bounded number of writes, of which a flood of signals leaves some for presence', () => {
    let written = 0
    const stream: Listener = { tell: () => ++written > 0 }
    ephemeral.begin(stream, { presence: ['a'], signals: ['a'] }, { id: 'p', name: 'P' })
    for (let n = 0; n < 500; n++) fanout.add('a', '{}')
    clock.pass(20)
    expect([written, presenceBudget]).toEqual([150, 50])
    clock.pass(20)
    expect([written, presenceBudget]).toEqual([300, 100])
  })
})

/** What a gateway's handler does with requests. */
async function serve(identity?: Identity) {
  const begun: string[] = []
  const ended: string[] = []
  const ids = new Map<Listener, string>()
  const server = await openStreams(opened, {
    ephemeral: {
      begin: (stream, { presence, signals }, { id, name }) => {
        begun.push(`${id} ${name} ${presence.join()}/${signals.join()}`)
        ids.set(stream, id)
      },
      end: (stream) => void ended.push(ids.get(stream) ?? 'nobody'),
    },
    ...(identity !== undefined && {
      auth: {
        authenticator: { identify: () => identity },
        access: { require: () => {}, denial: () => undefined },
      },
    }),
  })
  return { server, begun, ended }
}

describe('a request', () => {
  const ALICE = { 'Causeway-Sender': 'alice', 'Causeway-Sender-Name': '%C3%84lice' }

  test('names with AUTH=open who is present; one that asks for nothing is not looked at', async () => {
    const { server, begun, ended } = await serve()
    const reader = await listen(opened, server, 'channel=a&channel=b&presence=a&signals=b', ALICE)
    await listen(opened, server, 'channel=a&presence=a')
    await listen(opened, server, 'channel=a', { 'Causeway-Sender': '!' })
    expect(begun).toEqual(['alice Älice a/b', 'anonymous anonymous a/'])
    reader.socket.destroy()
    await waitFor(() => ended.includes('alice'))
  })

  test('is present as its token says, and leaves as soon as that is revoked', async () => {
    const identity = testIdentity('user:bob')
    const { server, begun, ended } = await serve(identity)
    const reader = await listen(opened, server, 'channel=a&presence=a', ALICE)
    expect(begun).toEqual([`user:bob ${identity.name} a/`])
    server.connections.review(concernsOf(['user:bob']), () => 'revoked')
    expect(ended).toEqual(['user:bob'])
    await waitFor(() => reader.named('goodbye').length > 0)
  })

  test.each([
    ['presence of another channel', 'channel=a&presence=b', {}],
    ['signals of another channel', 'channel=a&signals=b', {}],
    [
      'presence of too many',
      Array.from({ length: 11 }, (_, n) => `channel=c${n}&presence=c${n}`).join('&'),
      {},
    ],
    ['a name that is none', 'channel=a&presence=a', { 'Causeway-Sender': 'a b' }],
  ])('with %s is refused', async (_what, query, headers) => {
    const { server, begun } = await serve()
    const reader = new RawReader(`${server.origin}/events?${query}`, headers)
    await waitFor(() => reader.ended !== undefined)
    expect([reader.head.split('\r\n')[0], begun]).toEqual(['HTTP/1.1 400 Bad Request', []])
  })
})
