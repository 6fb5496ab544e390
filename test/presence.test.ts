import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Causeway, presenceOf, sendSignal } from '../client/sdk/index.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { postUntilStored } from './support/ingestClient.ts'
import { PresentPerson } from './support/presentPerson.ts'
import { redisCli } from './support/realClients.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack
let gateways: string[]

const LIMIT = 4

beforeAll(async () => {
  stack = await testStack({
    ownServers: true,
    env: (role) =>
      role === 'gateway'
        ? {
            PRESENCE_LEASE_SECONDS: '4',
            PRESENCE_GRACE_SECONDS: '2',
            PRESENCE_LIMIT: String(LIMIT),
          }
        : {},
  })
  gateways = stack.processes.flatMap(({ role, url }) => (role === 'gateway' ? [url ?? ''] : []))
}, 120_000)
afterAll(() => stack?.stop(), 60_000)

/** At the gateway of this number; without it, through nginx. */
const come = (channel: string, id: string, gateway?: number, name?: string): PresentPerson => {
  const base = `${gateway === undefined ? stack.origin : gateways[gateway]}/`
  return new PresentPerson(opened, { base, id, channel, ...(name !== undefined && { name }) })
}

/** Somebody without a stream. */
const callerOf = (id: string, name = id): Causeway => {
  const headers = { 'Causeway-Sender': id, 'Causeway-Sender-Name': name }
  return new Causeway({ base: `${stack.origin}/`, headers: () => headers })
}

describe('presence', () => {
  test('names everybody, at whatever gateway, and each once', async () => {
    const alice = come('p.two', 'alice', 0, 'Älice 👍')
    const again = come('p.two', 'alice', 1, 'Älice 👍')
    const bob = come('p.two', 'bob', 1)
    const all = [alice, again, bob]
    await waitFor(() => all.every(({ seen }) => seen === 'alice,bob'))
    expect(alice.presence.people).toEqual([
      { id: 'alice', name: 'Älice 👍' },
      { id: 'bob', name: 'bob' },
    ])
    const asked = await presenceOf(bob.causeway, ['p.two', 'p.nobody'])
    expect(asked.map(({ channel, count }) => [channel, count])).toEqual([
      ['p.two', 2],
      ['p.nobody', 0],
    ])
    // One of two streams of a person is none too few.
    again.stream.close()
    bob.stream.close()
    await waitFor(() => alice.seen === 'alice')
    expect(alice.left).toEqual(['bob'])
  })

  test('tells nobody of one who comes back within the grace, at whatever gateway', async () => {
    const alice = come('p.grace', 'alice', 0)
    const bob = come('p.grace', 'bob', 0)
    await waitFor(() => alice.seen === 'alice,bob')
    bob.stream.close()
    const back = come('p.grace', 'bob', 1)
    await waitFor(() => back.seen === 'alice,bob')
    // Longer than the grace: whoever is here then has been told of this one too.
    const carol = come('p.grace', 'carol', 1)
    await waitFor(() => alice.seen === 'alice,bob,carol')
    carol.stream.close()
    await waitFor(() => alice.left.length > 0)
    expect(alice.left).toEqual(['carol'])
  })

  test('only counts above the limit, and names again below it', async () => {
    const first = come('p.many', 'p0', 0)
    const others = Array.from({ length: LIMIT + 3 }, (_, index) => {
      return come('p.many', `p${index + 1}`, index % 2)
    })
    const all = [first, ...others]
    await waitFor(() => all.every(({ presence }) => presence.count === all.length))
    expect(all.map(({ presence }) => presence.people)).toEqual(all.map(() => undefined))
    for (const { stream } of others.slice(1)) stream.close()
    await waitFor(() => first.seen === 'p0,p1')
  })
})

describe('a signal', () => {
  test('reaches the streams that ask for it, and nobody stores it', async () => {
    const alice = come('s.one', 'alice', 0, 'Alice')
    const bob = come('s.one', 'bob', 1)
    const other = come('s.two', 'carol', 1)
    const sender = callerOf('alice', 'Alice')
    await waitFor(() => [alice, bob, other].every(({ isLive }) => isLive))
    await waitFor(
      async () => {
        await sendSignal(sender, 's.one', { type: 'typing', data: { n: 1 } })
        return alice.signals.length > 0 && bob.signals.length > 0
      },
      20,
      500,
    )
    expect(bob.signals[0]).toMatchObject({
      channel: 's.one',
      type: 'typing',
      sender: { id: 'alice', name: 'Alice' },
      data: { n: 1 },
    })
    expect(other.signals).toEqual([])
    const page: unknown = await (await fetch(`${stack.origin}/history?channel=s.one`)).json()
    expect(page).toMatchObject({ messages: [] })
  })

  test('comes once, although two bridges pass it on', async () => {
    const alice = come('s.once', 'alice', 0)
    await waitFor(() => alice.isLive)
    const mark = async (data: number): Promise<void> => {
      await waitFor(
        async () => {
          await sendSignal(sender, 's.once', { data })
          return alice.signals.some((signal) => signal.data === data)
        },
        20,
        500,
      )
    }
    const sender = callerOf('bob')
    await mark(1)
    const before = alice.signals.length
    for (let n = 10; n < 20; n++) await sendSignal(sender, 's.once', { data: n })
    await waitFor(() => alice.signals.some(({ data }) => data === 19))
    await mark(2)
    const between = alice.signals.slice(before).filter(({ data }) => Number(data) >= 10)
    expect(between.map(({ data }) => data)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
  })
})

describe('presence outlives', () => {
  test('Redis with all its data gone: nobody is told that anybody left', async () => {
    const all = [come('f.flush', 'alice', 0), come('f.flush', 'bob', 1)]
    await waitFor(() => all.every(({ seen }) => seen === 'alice,bob'))
    await redisCli(new URL(stack.redisUrl), 'FLUSHALL')
    // Somebody new is seen by all: whatever the loss did, it has been told by then.
    all.push(come('f.flush', 'carol', 0))
    await waitFor(() => all.every(({ seen }) => seen === 'alice,bob,carol'))
    expect(all.flatMap(({ left }) => left)).toEqual([])
  }, 60_000)

  test('a killed gateway: who comes back never left, and who does not is gone', async () => {
    const watcher = come('f.kill', 'watcher', 1)
    const back = come('f.kill', 'back')
    // It never comes back: its only gateway dies.
    const lost = come('f.kill', 'lost', 0)
    await waitFor(() => watcher.seen === 'back,lost,watcher')
    stack.processes.find(({ role }) => role === 'gateway')?.kill('SIGKILL')
    lost.stream.close()
    await waitFor(() => watcher.seen === 'back,watcher')
    expect(watcher.left).toEqual(['lost'])
    await waitFor(() => back.isLive)
    const { data } = await postUntilStored(stack.origin, 'f.kill', 'after')
    await waitFor(() => [watcher, back].every(({ messages }) => messages.includes(data)))
    expect(watcher.seen).toBe('back,watcher')
  }, 60_000)
})
