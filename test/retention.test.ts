import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { RetentionLog } from '../history/retention.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { postUntilStored } from './support/ingestClient.ts'
import { openRedis } from './support/testRedis.ts'
import { testDatabase } from './support/testDatabase.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack
const at: Record<string, number[]> = { 'retention.old': [], 'retention.both': [] }

const post = async (channel: string): Promise<number> => {
  const { position } = await postUntilStored(stack.origin, channel, 'x')
  at[channel]?.push(position)
  return position
}

/** The channel `old` loses all of its messages, and `both` the first two of four; they alternate. */
beforeAll(async () => {
  const databaseUrl = await testDatabase()
  stack = await testStack({ databaseUrl })
  for (let count = 0; count < 4; count++) {
    await post('retention.old')
    await post('retention.both')
  }
  const log = new RetentionLog({ databaseUrl: stack.databaseUrl, logId: 0, onError: () => {} })
  opened.add(() => log.close())
  const bounds = [
    { channel: 'retention.old', keep: 0 },
    { channel: 'retention.both', keep: 2 },
  ]
  const step = await log.stepBeyond(bounds, 1e6)
  if (step?.removed !== 6) throw new Error(`removed ${step?.removed}`)
  const redis = await openRedis(opened, stack.redisUrl)
  await redis.del(await redis.keys('*:recent:retention.*'))
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

const short = (channel: string): string => channel.replace('retention.', '')

/** What a stream is told, in order: `both 6`, `old lacks 2-7`. */
function listen(url: string) {
  const told: string[] = []
  let lows: unknown
  const source = new EventSource(url)
  opened.add(() => source.close())
  source.addEventListener('ready', ({ data }) => (lows = JSON.parse(data).channels))
  source.addEventListener('message', ({ data }) => {
    const { channel, position } = JSON.parse(data)
    told.push(`${short(channel)} ${position}`)
  })
  source.addEventListener('gap', ({ data }) => {
    const { channel, after, before, reason } = JSON.parse(data)
    told.push(`${short(channel)} lacks ${after + 1}-${before - 1}: ${reason}`)
  })
  return { told, lows: () => lows }
}

test('readers that resume below what was removed are told so on every gateway, and get the rest', async () => {
  const [old = [], both = []] = [at['retention.old'], at['retention.both']]
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  const readers = gateways.map(({ url }) =>
    listen(`${url}/events?channel=retention.old&channel=retention.both&since=${old[0]}`),
  )
  expect(readers).toHaveLength(2)
  for (const { told, lows } of readers) {
    await waitFor(() => told.length >= 4)
    expect(told).toEqual([
      `both lacks ${Number(old[0]) + 1}-${Number(both[2]) - 1}: retention`,
      `both ${both[2]}`,
      `both ${both[3]}`,
      `old lacks ${Number(old[0]) + 1}-${old[3]}: retention`,
    ])
    expect(lows()).toEqual({
      'retention.old': { head: old[3], low: old[3] },
      'retention.both': { head: both[3], low: both[1] },
    })
  }
  const last = await post('retention.old')
  for (const { told } of readers) {
    await waitFor(() => told.length >= 5)
    expect(told.at(-1)).toBe(`old ${last}`)
  }
  const page = await (await fetch(`${stack.origin}/history?channel=retention.both`)).json()
  expect(page).toMatchObject({ low: both[1], head: both[3] })
  const channel = await (await fetch(`${stack.origin}/channels/retention.old`)).json()
  expect(channel).toMatchObject({ head: last, messages: 1 })
}, 60_000)
