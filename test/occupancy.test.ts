import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { presenceOf } from '../client/sdk/index.ts'
import { ChannelLogs } from '../contract/channelLogs.ts'
import type { ChannelAnswer, ChannelsPage } from '../contract/history.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { postUntilStored } from './support/ingestClient.ts'
import { PresentPerson } from './support/presentPerson.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
const LOGS = [0, 1]
const channelLogs = new ChannelLogs(LOGS, [])
const LIMIT = 4
const ENV = {
  PRESENCE_LIMIT: String(LIMIT),
  PRESENCE_LEASE_SECONDS: '4',
  PRESENCE_GRACE_SECONDS: '1',
}
/** Some of each log. */
const CHANNELS = Array.from({ length: 10 }, (_, at) => `rooms.r${at}`)
const ofLog = (log: number): string[] =>
  CHANNELS.filter((channel) => channelLogs.logOf(channel) === log)
let stack: Stack
let gateways: string[]

/** Two logs, each with a Redis of its own. */
beforeAll(async () => {
  stack = await testStack({
    ownServers: true,
    logs: LOGS.length,
    redis: ['single', 'single'],
    ingests: 1,
    env: () => ENV,
  })
  gateways = stack.processes.flatMap(({ role, url }) => (role === 'gateway' ? [url ?? ''] : []))
  for (const channel of CHANNELS) await postUntilStored(stack.origin, channel, 'hi')
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** At the gateway of this number. */
const come = (channel: string, id: string, gateway: number, name = id): PresentPerson =>
  new PresentPerson(opened, { base: `${gateways[gateway]}/`, id, channel, name })

async function listed(): Promise<Record<string, number | null>> {
  const answer = await fetch(`${stack.origin}/channels?prefix=rooms.`)
  const { channels }: ChannelsPage = JSON.parse(await answer.text())
  return Object.fromEntries(channels.map(({ name, occupancy }) => [name, occupancy]))
}

async function occupancyOf(channel: string): Promise<number | null> {
  const answer = await fetch(`${stack.origin}/channels/${channel}`)
  const { occupancy }: ChannelAnswer = JSON.parse(await answer.text())
  return occupancy
}

test('The list has for each channel of each log the number that presence has, over all gateways', async () => {
  const [one = '', named = '', , nobody = ''] = ofLog(0)
  const [many = '', two = ''] = ofLog(1)
  const watcher = come(one, 'watcher', 0)
  const all = [
    watcher,
    come(named, 'alice', 0, 'Alice'),
    come(named, 'alice', 1, 'Ali'),
    come(two, 'alice', 0),
    come(two, 'bob', 1),
    ...Array.from({ length: LIMIT + 3 }, (_, at) => come(many, `p${at}`, at % 2)),
  ]
  const nobodyThere = Object.fromEntries(CHANNELS.map((channel) => [channel, 0]))
  const wanted = { ...nobodyThere, [one]: 1, [named]: 1, [two]: 2, [many]: LIMIT + 3 }
  await waitFor(async () => JSON.stringify(await listed()) === JSON.stringify(wanted))
  const presence = await presenceOf(watcher.causeway, CHANNELS)
  expect(Object.fromEntries(presence.map(({ channel, count }) => [channel, count]))).toEqual(wanted)
  expect(await Promise.all([many, named, nobody, 'rooms.never'].map(occupancyOf))).toEqual([
    LIMIT + 3,
    1,
    0,
    0,
  ])
  // One gateway dies: its people are gone as their leases end, and those of the other one stay.
  stack.processes
    .find(({ role, url }) => role === 'gateway' && url === gateways[0])
    ?.kill('SIGKILL')
  for (const { stream } of all.filter((each) => each !== all[2])) stream.close()
  const left = { ...wanted, [one]: 0, [two]: 0, [many]: 0 }
  await waitFor(async () => JSON.stringify(await listed()) === JSON.stringify(left))
}, 90_000)

/** Whether the list has no number for the channels of the log 1, and one for those of the log 0. */
async function isUnknownOfSecond(): Promise<boolean> {
  const found = await listed()
  return CHANNELS.every(
    (channel) => (found[channel] === null) === (channelLogs.logOf(channel) === 1),
  )
}

test('While the Redis of a log hangs or is away, its channels are listed without a number, and posts go on', async () => {
  const [own = ''] = ofLog(1)
  const redis = stack.processes.find(({ name }) => name === 'redis-r2')
  const ingest = stack.processes.find(({ role }) => role === 'ingest')
  const comesOnWithout = async (): Promise<void> => {
    await waitFor(isUnknownOfSecond)
    await waitFor(async () => (await occupancyOf(own)) === null)
    const posted = await fetch(`${stack.origin}/channels/${own}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"data":1}',
    })
    expect(posted.status).toBe(201)
    expect((await fetch(`${ingest?.metricsUrl}/ready`)).status).toBe(200)
  }
  process.kill(redis?.pid ?? 0, 'SIGSTOP')
  await comesOnWithout()
  process.kill(redis?.pid ?? 0, 'SIGCONT')
  await waitFor(async () => (await occupancyOf(own)) === 0)
  await redis?.stop()
  await comesOnWithout()
}, 90_000)
