import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createBridgeMetrics } from '../bridge/metrics.ts'
import { Relay } from '../bridge/relay.ts'
import { ChannelLogs } from '../contract/channelLogs.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { createLogs } from '../history/createLogs.ts'
import type { LogWriter } from '../history/logWriter.ts'
import { CutReader } from './support/cutReader.ts'
import { disposables } from './support/disposables.ts'
import { testServers } from './support/servers.ts'
import { testDatabase } from './support/testDatabase.ts'
import { openGateway } from './support/testGateway.ts'
import { draft, openLog } from './support/testLog.ts'
import { openRedis, openRedisLog } from './support/testRedis.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'
import { waitFor } from './support/waitFor.ts'

/** For more: `LOG_COUNT=16 CHANNELS=100 STREAMS=2000 CUTS=20 npm test -- test/streamsOverLogs`. */
const given = (name: string, usual: number): number => Number(process.env[name] ?? usual)
const LOGS = given('LOG_COUNT', 4)
const CHANNELS = given('CHANNELS', 40)
const STREAMS = given('STREAMS', 100)
const CUTS = given('CUTS', 6)
const MESSAGES = given('MESSAGES', Math.max(400, STREAMS / 2))
/** Channels of each stream. */
const HEARD = 10
/** Connections that are cut at once. */
const CUT_AT_ONCE = 10
const CUT_EVERY_MS = 50
/** Between two messages of a log, so that messages come as long as streams are cut. */
const PAUSE_MS = (((STREAMS * CUTS) / CUT_AT_ONCE) * CUT_EVERY_MS) / (MESSAGES / LOGS)
const WITHIN_SECONDS = 120 + (STREAMS * CUTS) / 20

const opened = disposables()
const names = Array.from({ length: CHANNELS }, (_, index) => `room${index}`)
const ids = Array.from({ length: LOGS }, (_, log) => log)
const channelLogs = new ChannelLogs(ids, [])
const logOf = (channel: string): number => channelLogs.logOf(channel)
const some = <T>(items: readonly T[], count: number): T[] => {
  const rest = [...items]
  return Array.from({ length: count }, () => rest.splice(Math.random() * rest.length, 1)).flat()
}
let writers: LogWriter[]
let origins: string[]
/** The same, with the last log's database away. */
let lacking: string

/** Logs on two databases and one Redis, each with a bridge that has no broker: it reads all from its log. Two gateways. */
beforeAll(async () => {
  const databases = [await testDatabase(), await testDatabase()]
  const urls = ids.map((id) => databases[id % 2] ?? '')
  const layout = { logs: ids.map((id) => ({ id })), rules: [] }
  for (const [index, url] of databases.entries()) {
    await createLogs(
      url,
      layout,
      ids.filter((id) => id % 2 === index),
    )
  }
  writers = urls.map((url, logId) => openLog(url, opened, { logId }))
  const redisPrefix = uniquePrefix()
  const redis = await openRedis(opened)
  const { redisUrl } = testServers()
  for (const [id, log] of writers.entries()) {
    const relay = new Relay({
      log,
      copy: openRedisLog(redis, new RedisKeys(redisPrefix, id)),
      metrics: createBridgeMetrics(new Registry()),
      onEpochEnded: () => {},
      logger: pino({ level: 'silent' }),
      tickMs: 100,
      reorderWaitMs: 40,
      after: (ms, run) => void setTimeout(run, ms).unref(),
    })
    opened.add(() => relay.close())
    relay.start()
  }
  const gateway = { databases: urls, redisUrl, redisPrefix, logOf, heartbeatMs: 500 }
  origins = [await openGateway(opened, gateway), await openGateway(opened, gateway)]
  const nothing = 'postgres://nobody@127.0.0.1:9/nothing'
  lacking = await openGateway(opened, {
    ...gateway,
    databases: urls.map((url, id) => (id === LOGS - 1 ? nothing : url)),
  })
}, 120_000)

/** As a sender does, by one key until it is stored: so many streams in one process let a query take too long. */
async function post(channel: string): Promise<{ channel: string; position: number }> {
  const one = draft({ channel, key: randomUUID() })
  for (;;) {
    const answer = await writers[logOf(channel)]?.append(one).catch(() => undefined)
    if (answer !== undefined) return { channel, position: answer.entry.position }
    await sleep(200)
  }
}

describe(`${STREAMS} streams over ${CHANNELS} channels of ${LOGS} logs`, () => {
  test('that are cut at random get each message of their channels once, in the order of its log', async () => {
    const readers = Array.from(
      { length: STREAMS },
      () => new CutReader(origins, some(names, HEARD)),
    )
    opened.add(() => readers.forEach((reader) => reader.close()))
    await waitFor(() => readers.every(({ isReady }) => isReady), WITHIN_SECONDS)
    const cutter = setInterval(() => {
      const left = readers.filter(({ cuts }) => cuts < CUTS)
      for (const reader of some(left, Math.min(left.length, CUT_AT_ONCE))) reader.cut()
    }, CUT_EVERY_MS)
    opened.add(() => clearInterval(cutter))
    const posted: { channel: string; position: number }[] = []
    const chat = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left--) {
        posted.push(await post(names[Math.floor(Math.random() * CHANNELS)] ?? ''))
        await sleep(PAUSE_MS)
      }
    }
    await Promise.all(ids.map(() => chat(MESSAGES / LOGS)))
    await waitFor(() => readers.every(({ cuts }) => cuts >= CUTS), WITHIN_SECONDS)
    // What came twice would be there before these.
    for (const name of names) posted.push(await post(name))
    const owed = ({ channels }: CutReader) =>
      posted.filter(({ channel }) => channels.includes(channel))
    await waitFor(
      () => readers.every((reader) => reader.count >= owed(reader).length),
      WITHIN_SECONDS,
    )
    for (const reader of readers) {
      for (const log of ids) {
        const ofLog = ({ channel }: { channel: string }) => logOf(channel) === log
        const got = reader.messages.filter(ofLog).map(({ position }) => position)
        const expected = owed(reader)
          .filter(ofLog)
          .map(({ position }) => position)
        expect(got).toEqual(expected.sort((a, b) => a - b))
      }
      expect(reader.told).toEqual([])
      expect(reader.lastId).toMatch(/^~?[A-Za-z0-9-]+$/)
    }
    expect(readers.some(({ lastId }) => lastId.startsWith('~'))).toBe(true)
  }, 3_600_000)

  test('begin at no position, which each log has its own of', async () => {
    const [one = '', other = ''] = ids.map((log) => names.find((name) => logOf(name) === log))
    const refused = await fetch(`${origins[0]}/events?channel=${one}&channel=${other}&since=3`)
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ pointer: '#/since', detail: expect.stringContaining('several') }] },
    ])
  })

  test('begin with the last messages of each channel, or at a time, in each log', async () => {
    const channels = ids.flatMap((log) => names.find((name) => logOf(name) === log) ?? [])
    const posted: { position: number }[] = []
    for (const channel of channels) posted.push(await post(channel))
    const query = channels.map((name) => `channel=${name}`).join('&')
    for (const since of ['-1', '2026-01-01T00:00:00Z']) {
      const reader = new CutReader([`${origins[0]}`], [], `${query}&since=${since}`)
      opened.add(() => reader.close())
      const ends = () =>
        channels.map(
          (name) => reader.messages.findLast(({ channel }) => channel === name)?.position,
        )
      await waitFor(() => {
        void reader.count
        return ends().every((position, index) => position === posted[index]?.position)
      })
      expect(reader.told).toEqual([])
    }
  })

  test('go on in the other logs if one is away, and only its own channels are refused', async () => {
    const [here = '', away = ''] = [0, LOGS - 1].map((log) =>
      names.find((name) => logOf(name) === log),
    )
    for (const since of ['', '&since=-1']) {
      const query = `channel=${here}&channel=${away}${since}`
      const reader = new CutReader([lacking], [], query)
      opened.add(() => reader.close())
      await waitFor(() => reader.count >= 0 && reader.begun.has(here))
      const { position } = await post(here)
      await waitFor(() => reader.count > 0 && reader.messages.at(-1)?.position === position)
      reader.cut()
      const { position: next } = await post(here)
      await waitFor(() => reader.count > 0 && reader.messages.at(-1)?.position === next)
      expect([[...reader.begun], reader.told]).toEqual([[here], []])
    }
    const refused = await fetch(`${lacking}/events?channel=${away}`)
    expect(await refused.text()).toMatch(/^retry:100\nevent:goodbye\n.*unavailable/)
  })
})
