import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { Problem } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { MqttIngest, type MqttIngestOptions } from '../test/support/mqttIngest.ts'
import { TestBroker } from '../test/support/testBroker.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { rightsOf, grant } from '../test/support/accessRows.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { LogWriter } from '../history/logWriter.ts'

const opened = disposables()
let broker: TestBroker
let log: LogWriter
let sql: Sql
let device: MqttClient
let channel: string

beforeAll(async () => {
  const database = await testDatabase()
  log = openLog(database, opened)
  sql = openSql(database, opened)
  broker = await TestBroker.open(opened)
  const devices = await broker.devices()
  const rights = rightsOf(grant('device:t1', '**', 'write'))
  await devices.put({ principal: 'device:t1', groups: [] }, 'pw', rights)
  device = (await broker.device('device:t1', 'pw')).client
})

beforeEach(() => {
  channel = uniquePrefix()
})

let running: MqttIngest[] = []

async function open(options: Partial<MqttIngestOptions> = {}): Promise<MqttIngest> {
  const ingest = await MqttIngest.open(opened, { url: broker.ingestUrl, log, ...options })
  running.push(ingest)
  return ingest
}

// One that a failed test left open would adopt the sessions of the next test.
afterEach(async () => {
  await Promise.all(running.map(({ door }) => door.close(5_000)))
  running = []
})

const publishTo = (path: string, data: unknown): Promise<unknown> =>
  device.publishAsync(`causeway/publish-as/device:t1/${path}`, JSON.stringify(data), { qos: 1 })
const publish = (data: unknown): Promise<unknown> => publishTo(channel, data)

const sessions = (): Promise<{ client_id: string }[]> => sql('select * from "mqtt_session"')
const names = (rows: { client_id: string }[]): string => rows.map((row) => row.client_id).join()

const stored = async (of = channel): Promise<unknown[]> => {
  const rows = await sql<{ data: unknown }>(
    `select "data" from "message" where "channel" = '${of}' order by "position"`,
  )
  return rows.map(({ data }) => data)
}

/** More than the broker's own configuration lets be unacknowledged: what the session asks for counts. */
const MANY = 1_200
const TWO_LOGS = { logs: 2, logOf: (name: string) => (name.endsWith('.other') ? 0 : 1) }

/** As if the log of that channel were away. */
const withoutLogOf =
  (away: string): NonNullable<MqttIngestOptions['append']> =>
  async (draft) => {
    if (draft.channel === away) throw new Problem('unavailable')
    return log.append(draft)
  }

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at)

/** As a publisher in order knows them: by two ingests they are stored in any order. */
const inOrder = (data: unknown[]): unknown[] => data.toSorted((a, b) => Number(a) - Number(b))

describe('posts by MQTT', () => {
  test('are shared by all ingests', async () => {
    const ingests = [await open(), await open()]
    await waitFor(async () => {
      await publish('first')
      return ingests.every(({ handled }) => handled > 0)
    })
    await Promise.all(numbers(0, 20).map(publish))
    await waitFor(async () => (await stored()).filter(Number.isInteger).length === 20)
    for (const { door } of ingests) await door.close(5_000)
    expect(inOrder((await stored()).filter(Number.isInteger))).toEqual(numbers(0, 20))
  })

  test('wait at the broker while no ingest runs', async () => {
    const stopping = await open()
    await stopping.door.close(5_000)
    await publish('meanwhile')
    const next = await open()
    await waitFor(async () => (await sessions()).length === 1)
    await next.door.close(5_000)
    expect(await stored()).toEqual(['meanwhile'])
  })

  test('that an ingest stored and did not acknowledge, or did not read, are stored once by another', async () => {
    const dying = await open()
    dying.isMute = true
    // More than one session's window: the rest waits at the broker.
    await Promise.all(numbers(0, 300).map(publish))
    await waitFor(async () => (await stored()).length >= 200)
    await dying.door.close(0)
    const next = await open()
    await waitFor(async () => (await stored()).filter(Number.isInteger).length === 300)
    await waitFor(async () => (await next.outcome('repeated')) >= 200)
    await waitFor(async () => (await sessions()).length === 1)
    await next.door.close(5_000)
    expect(inOrder((await stored()).filter(Number.isInteger))).toEqual(numbers(0, 300))
  })

  test('go on over many sessions, each of which ends before the broker counts from 1 again', async () => {
    const ingest = await open({ mostPackets: 100 })
    const before = await sessions()
    for (let from = 0; from < 1_000; from += 50) {
      await Promise.all(numbers(from, from + 50).map(publish))
    }
    await waitFor(async () => (await stored()).filter(Number.isInteger).length === 1_000)
    await waitFor(async () => names(await sessions()) !== names(before))
    await waitFor(async () => (await sessions()).length === 1)
    await ingest.door.close(5_000)
    expect(inOrder((await stored()).filter(Number.isInteger))).toEqual(numbers(0, 1_000))
  })

  test('go on after the broker was away, by a new session', async () => {
    const ingest = await open()
    await broker.stop()
    await broker.start()
    device = (await broker.device('device:t1', 'pw')).client
    const before = ingest.handled
    await waitFor(async () => {
      await publish('again')
      return ingest.handled > before
    })
    await ingest.door.close(5_000)
    expect(await stored()).toContain('again')
  })

  test('for one log of several wait while it is away, many more than are under way as usual, and others pass them', async () => {
    const other = `${channel}.other`
    const away = await open({ ...TWO_LOGS, append: withoutLogOf(channel) })
    await Promise.all(numbers(0, MANY).map(publish))
    await Promise.all(numbers(0, 10).map((data) => publishTo(`${channel}/other`, data)))
    await waitFor(async () => (await stored(other)).length === 10)
    expect([await stored(), await away.outcome('unavailable')]).toEqual([[], 0])
    // With its ingest they go to the next one, and must have room there.
    await away.door.close(0)
    const next = await open({ ...TWO_LOGS, append: withoutLogOf(channel) })
    await waitFor(() => next.received >= MANY, 60)
    expect(await next.outcome('unavailable')).toBe(0)
    await next.door.close(0)
    await open(TWO_LOGS)
    await waitFor(async () => (await stored()).length >= MANY, 60)
    expect(inOrder(await stored())).toEqual(numbers(0, MANY))
  }, 180_000)

  test('in the sessions of several ingests that died are all taken over, also while the log of some is away', async () => {
    const lacking = { ...TWO_LOGS, append: withoutLogOf(channel) }
    const dying = [await open(lacking), await open(lacking)]
    await Promise.all(numbers(0, 20).map(publish))
    await waitFor(() => dying.every(({ received }) => received > 0))
    for (const { door } of dying) await door.close(0)
    const next = await open(lacking)
    await waitFor(() => next.received >= 20)
    await next.door.close(0)
    await open(TWO_LOGS)
    await waitFor(async () => (await stored()).length >= 20)
    expect(inOrder(await stored())).toEqual(numbers(0, 20))
  })
})
