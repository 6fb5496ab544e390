import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { MqttSessions } from './mqttSessions.ts'

const opened = disposables()
let sql: Sql
let sessions: MqttSessions

beforeAll(async () => {
  const database = await testDatabase()
  sql = openSql(database, opened)
  sessions = openLog(database, opened).mqttSessions
})

beforeEach(() => sql('delete from "mqtt_session"'))

/** As if the ingest that has it had said nothing for these seconds. */
const age = (id: string, seconds: number): Promise<unknown> =>
  sql(`update "mqtt_session" set "seen_at" = clock_timestamp() - make_interval(secs => ${seconds})
    where "client_id" = '${id}'`)

describe('a session at the broker', () => {
  test('is nobody else’s while its ingest keeps it', async () => {
    await sessions.keep(['a', 'b'])
    await age('a', 60)
    await age('b', 60)
    await sessions.keep(['b', 'a'])
    expect(await sessions.adopt()).toBeUndefined()
  })

  test('is adopted by one ingest once its own one has been silent', async () => {
    await sessions.keep(['a'])
    await age('a', 6)
    const found = await Promise.all([1, 2, 3].map(() => sessions.adopt()))
    expect(found.filter((id) => id !== undefined)).toEqual(['a'])
  })

  test('is free at once when it is released, and the longest without an ingest comes first', async () => {
    await sessions.keep(['a', 'b', 'c'])
    await age('a', 60)
    await sessions.release('b')
    expect([await sessions.adopt(), await sessions.adopt(), await sessions.adopt()]).toEqual([
      'b',
      'a',
      undefined,
    ])
  })

  test('that has ended is not found any more', async () => {
    await sessions.keep(['a'])
    await sessions.release('a')
    await sessions.remove('a')
    expect(await sessions.adopt()).toBeUndefined()
  })
})
