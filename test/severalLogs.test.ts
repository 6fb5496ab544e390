import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { CopyKeys } from '../chassis/copyKeys.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import { ChannelLogs } from '../contract/channelLogs.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { Message } from '../contract/message.ts'
import type { Child } from '../stack/child.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { post, postUntilStored } from './support/ingestClient.ts'
import { openSql } from './support/testLog.ts'
import { openRedis } from './support/testRedis.ts'
import { testStack } from './support/testStack.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'
import { waitFor } from './support/waitFor.ts'

const LOGS = [0, 1, 2, 3]
const channelLogs = new ChannelLogs(LOGS, [])
const CHANNELS = Array.from({ length: 20 }, (_, at) => `rooms.r${at}`)

const opened = disposables()
const prefix = uniquePrefix()
let stack: Stack

beforeAll(async () => {
  stack = await testStack({
    ownServers: true,
    logs: LOGS.length,
    postgres: 2,
    gateways: 1,
    redisPrefix: prefix,
    mqttPrefix: prefix,
  })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

/** Logs in turn: those with odd numbers are on the second Postgres. */
const isOnSecond = (channel: string): boolean => channelLogs.logOf(channel) % 2 === 1

function second(): { url: string; server: Child } {
  const server = stack.processes.find(({ name }) => name === 'postgres-p2')
  const url = stack.named?.find(({ kind }) => kind === 'postgres')?.url
  if (server === undefined || url === undefined) throw new Error('there is no second Postgres')
  return { server, url }
}

async function channelsIn(url: string): Promise<string[]> {
  const rows = await openSql(
    url,
    opened,
  )<{ channel: string; log: number }>('select distinct "channel", "log_id" as "log" from "message"')
  for (const { channel, log } of rows)
    expect([channel, log]).toEqual([channel, channelLogs.logOf(channel)])
  return rows.map(({ channel }) => channel).sort()
}

describe('four logs on two servers of Postgres', () => {
  test('take posts for every channel, and each message is in the log of its channel', async () => {
    for (const channel of CHANNELS) await postUntilStored(stack.origin, channel, 'hello')
    const sorted = [...CHANNELS].sort()
    expect(await channelsIn(second().url)).toEqual(sorted.filter(isOnSecond))
    expect(await channelsIn(stack.databaseUrl)).toEqual(sorted.filter((one) => !isOnSecond(one)))
    expect(new Set(CHANNELS.map((channel) => channelLogs.logOf(channel)))).toEqual(new Set(LOGS))
  })

  test('give back all of it in one page', async () => {
    const query = CHANNELS.map((channel) => `channel=${channel}`).join('&')
    const answer = await fetch(`${stack.origin}/history?${query}&order=asc&limit=1000`)
    const { messages }: { messages: Message[] } = JSON.parse(await answer.text())
    expect(messages.map(({ channel }) => channel).sort()).toEqual([...CHANNELS].sort())
    const times = messages.map(({ sentAt }) => sentAt)
    expect(times).toEqual([...times].sort())
  })

  test('take posts by MQTT for channels of all of them', async () => {
    const client = connectMqtt(stack.mqttUrl, 'test', pino({ level: 'silent' }))
    opened.add(() => endMqtt(client, 500))
    await waitFor(() => client.connected)
    for (const channel of CHANNELS) {
      const topic = `${prefix}/publish-as/device:t1/${channel.replaceAll('.', '/')}`
      await client.publishAsync(topic, '"by MQTT"', { qos: 1 })
    }
    for (const channel of CHANNELS) {
      await waitFor(async () => (await messagesOf(channel)).length === 2)
      expect((await messagesOf(channel))[0]).toMatchObject({ data: 'by MQTT' })
    }
  })

  test('are all copied to Redis', async () => {
    const redis = await openRedis(opened, stack.redisUrl)
    const keys = new CopyKeys([readFileSync(join(stack.dir, 'copy-key'), 'utf8')])
    for (const [at, url] of [stack.databaseUrl, second().url].entries()) {
      const rows = await openSql(
        url,
        opened,
      )<{ id: number; epoch: string; head: bigint }>('select "id", "epoch", "head" from "log"')
      for (const { id, epoch, head } of rows.filter((row) => row.id % 2 === at)) {
        const copied = async (): Promise<number | undefined> => {
          const sealed = await redis.get(new RedisKeys(prefix, id).extent(epoch))
          return keys.openExtent(sealed ?? '')?.position
        }
        await waitFor(async () => (await copied()) === Number(head))
        expect(await copied()).toBe(Number(head))
      }
    }
  })

  test('go on without one another: while a Postgres is away, only its own channels are refused', async () => {
    const { server } = second()
    await server.stop('SIGKILL')
    for (const channel of CHANNELS) {
      const sender = { 'Causeway-Sender': 'test' }
      const { status } = await post(stack.origin, channel, { data: 'again' }, sender)
      expect([channel, status]).toEqual([channel, isOnSecond(channel) ? 503 : 201])
    }
    await server.start()
    for (const channel of CHANNELS) await postUntilStored(stack.origin, channel, 'back')
  }, 60_000)
})

async function messagesOf(channel: string): Promise<Message[]> {
  const answer = await fetch(`${stack.origin}/history?channel=${channel}`)
  const { messages }: { messages: Message[] } = JSON.parse(await answer.text())
  return messages
}
