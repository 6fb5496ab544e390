import { beforeEach, describe, expect, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { fakeTime } from './fakeTimeFixture.ts'
import { sendSignal, Typing } from './signals.ts'
import type { Signal } from '../../contract/signal.ts'

const { requests, newest, passes, endLater } = fakeTime()
const causeway = new Causeway({ base: 'https://chat.example/' })
const ME = 'user:me'

const signal = (name: string, data: unknown, more: Partial<Signal> = {}): Signal => ({
  channel: 'a',
  type: 'typing',
  sender: { id: `user:${name}`, name },
  data,
  sentAt: '2026-11-21T19:33:02.123Z',
  ...more,
})

describe('a signal', () => {
  test('is posted once, and says whether it is on its way', async () => {
    const sent = sendSignal(causeway, 'a.b', { type: 'cursor', data: { x: 1 } })
    expect([newest().url.pathname, newest().body]).toEqual([
      '/channels/a.b/signals',
      { type: 'cursor', data: { x: 1 } },
    ])
    newest().answer(null, 202)
    expect(await sent).toBe(true)
  })

  test('that was refused, or has no answer, is not tried again', async () => {
    const refused = sendSignal(causeway, 'a', {})
    newest().refuse(503, 'unavailable')
    expect(await refused).toBe(false)
    const lost = sendSignal(causeway, 'a', {})
    newest().fail()
    expect([await lost, requests.length]).toEqual([false, 2])
  })
})

describe('typing', () => {
  let typing: Typing
  let seen: string[]

  beforeEach(() => {
    seen = []
    const changed = (people: readonly { name: string }[]): void => {
      seen.push(people.map(({ name }) => name).join('+'))
    }
    typing = new Typing(causeway, { channel: 'a', me: ME, changed })
    endLater(() => typing.close())
  })

  test('is told once in three seconds, and its end once', async () => {
    for (let n = 0; n < 10; n++) typing.keystroke()
    expect(requests.length).toBe(1)
    await passes(3_000)
    typing.keystroke()
    typing.stop()
    typing.stop()
    expect(requests.map(({ body }) => body)).toEqual(
      [true, true, false].map((data) => ({ type: 'typing', data })),
    )
  })

  test('of others is seen until it ends, their message comes, or nothing more is heard', async () => {
    typing.receive(signal('ann', true))
    typing.receive(signal('bob', true))
    typing.receive(signal('cid', true))
    typing.receive(signal('ann', false))
    typing.message('user:bob')
    expect(seen).toEqual(['ann', 'ann+bob', 'ann+bob+cid', 'bob+cid', 'cid'])
    await passes(5_000)
    typing.receive(signal('cid', true))
    await passes(5_000)
    expect(typing.people.map(({ name }) => name)).toEqual(['cid'])
    await passes(5_000)
    expect([typing.people, seen.at(-1)]).toEqual([[], ''])
  })

  test('is neither one’s own, nor of another channel, nor another signal', () => {
    typing.receive(signal('me', true))
    typing.receive(signal('ann', true, { channel: 'b' }))
    typing.receive(signal('ann', true, { type: 'cursor' }))
    expect([seen, typing.people]).toEqual([[], []])
  })
})
