import { afterEach, expect, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { FakeLog } from './logFixture.ts'
import { type FixtureServer, serve } from './serverFixture.ts'
import { waitFor } from '../../test/support/waitFor.ts'

let server: FixtureServer | undefined
let joined: JoinedChannel | undefined
afterEach(async () => {
  joined?.leave()
  await server?.stop()
})

/** Joins. Its events are short: `page 1,2`, `live`, `m3`, `reconnecting`. */
async function join(log: FakeLog) {
  server = await serve((...call) => log.answer(...call))
  const events: string[] = []
  let last = ''
  const causeway = new Causeway({ base: server.base, timeoutMs: 500 })
  joined = new JoinedChannel(
    causeway,
    { channel: 'lobby', limit: 50 },
    {
      history: (page) => events.push(`page ${page.messages.map((m) => m.position).join()}`),
      message: (message) => events.push(`m${message.position}`),
      gap: (gap) => events.push(`gap ${gap.after}..${gap.before}`),
      connection: ({ is }) => {
        // The next attempt is told as well as the wait for it.
        if (is !== last) events.push(is)
        last = is
      },
    },
  )
  /** The events up to this one; fails with those that came if it does not come. */
  const until = async (event: string) => {
    await waitFor(() => events.includes(event), 10).catch(() => {})
    expect(events).toContain(event)
    return events.splice(0, events.indexOf(event) + 1)
  }
  return { until, server }
}

test('A channel is its history and then its live messages, and none is missing in between', async () => {
  const log = new FakeLog()
  log.append('one')
  log.append('two')
  const { until } = await join(log)
  expect(await until('live')).toEqual(['connecting', 'page 2,1', 'live'])
  expect(log.resumed).toEqual(['2'])
  log.append('three')
  expect(await until('m3')).toEqual(['m3'])
})

test('A broken stream resumes with the messages that were posted meanwhile, each once', async () => {
  const log = new FakeLog()
  const { until, server: gateway } = await join(log)
  await until('live')
  log.append('one')
  await until('m1')
  gateway.cut()
  await until('reconnecting')
  log.append('two')
  log.append('three')
  expect(await until('m3')).toEqual(['live', 'm2', 'm3'])
  expect(log.resumed.at(-1)).toBe('one-1')
})

test('A stream that was refused for a while resumes after the last id', async () => {
  const log = new FakeLog()
  const { until, server: gateway } = await join(log)
  await until('live')
  log.append('one')
  await until('m1')
  log.refuse.events = { status: 503, type: 'unavailable' }
  gateway.cut()
  await until('reconnecting')
  log.append('two')
  delete log.refuse.events
  await until('m2')
  expect(log.resumed.at(-1)).toBe('one-1')
})

test('A stream that the server refuses is told as refused', async () => {
  const log = new FakeLog()
  log.refuse.events = { status: 403, type: 'forbidden' }
  const { until } = await join(log)
  expect(await until('refused')).toEqual(['connecting', 'page ', 'refused'])
})

test('A log that was replaced is loaded again', async () => {
  const log = new FakeLog()
  log.append('one')
  const { until, server: gateway } = await join(log)
  await until('live')
  log.append('two')
  await until('m2')
  log.epoch = 'two'
  log.messages.length = 0
  log.append('first of another log')
  gateway.cut()
  const expected = ['reconnecting', 'connecting', 'page 1', 'live']
  expect(await until('live')).toEqual(expected)
  log.append('second')
  expect(await until('m2')).toEqual(['m2'])
})
