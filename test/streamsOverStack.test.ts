import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ChannelLogs } from '../contract/channelLogs.ts'
import type { Stack } from '../stack/stack.ts'
import { CutReader } from './support/cutReader.ts'
import { disposables } from './support/disposables.ts'
import { postUntilStored } from './support/ingestClient.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const channelLogs = new ChannelLogs([0, 1, 2, 3], [])
const CHANNELS = Array.from({ length: 12 }, (_, at) => `rooms.r${at}`)
/** Logs in turn: those with odd numbers are on the second Postgres. */
const isOnSecond = (channel: string): boolean => channelLogs.logOf(channel) % 2 === 1

interface Posted {
  channel: string
  position: number
}

const opened = disposables()
let stack: Stack

beforeAll(async () => {
  stack = await testStack({ ownServers: true, logs: 4, postgres: 2, gateways: 2 })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

async function say(channel: string): Promise<Posted> {
  const { position } = await postUntilStored(stack.origin, channel, 'hello')
  return { channel, position }
}

const byChannel = (all: readonly Posted[]): Record<string, number[]> =>
  Object.fromEntries(
    CHANNELS.map((name) => [
      name,
      all.filter(({ channel }) => channel === name).map(({ position }) => position),
    ]),
  )

describe('streams over the channels of four logs, through nginx', () => {
  test('miss nothing if a gateway is killed and each of them is cut', async () => {
    const readers = Array.from({ length: 10 }, () => new CutReader([stack.origin], CHANNELS))
    opened.add(() => readers.forEach((reader) => reader.close()))
    await waitFor(() => readers.every(({ isReady }) => isReady), 60)
    const posted: Posted[] = []
    for (const [at, channel] of [...CHANNELS, ...CHANNELS, ...CHANNELS].entries()) {
      posted.push(await say(channel))
      readers[at % readers.length]?.cut()
      if (at === 12) stack.processes.find(({ role }) => role === 'gateway')?.kill('SIGKILL')
    }
    await waitFor(() => readers.every(({ count }) => count >= posted.length), 60)
    for (const { messages, told } of readers) {
      expect([byChannel(messages), told]).toEqual([byChannel(posted), []])
    }
  }, 180_000)

  test('go on in two logs while the Postgres of the others is away, and in those when it is back', async () => {
    const reader = new CutReader([stack.origin], CHANNELS)
    opened.add(() => reader.close())
    await waitFor(() => reader.isReady, 60)
    const second = stack.processes.find(({ name }) => name === 'postgres-p2')
    if (second === undefined) throw new Error('there is no second Postgres')
    await second.stop('SIGKILL')
    const here = CHANNELS.filter((channel) => !isOnSecond(channel))
    const posted: Posted[] = []
    for (const channel of here) posted.push(await say(channel))
    await waitFor(() => reader.count >= posted.length)
    reader.cut()
    for (const channel of here) posted.push(await say(channel))
    await waitFor(() => reader.count >= posted.length)
    await second.start()
    for (const channel of CHANNELS) posted.push(await say(channel))
    await waitFor(() => reader.count >= posted.length, 60)
    expect([byChannel(reader.messages), reader.told]).toEqual([byChannel(posted), []])
  }, 180_000)
})
