import { beforeAll, describe, expect, test } from '@jest/globals'
import { parseConfig } from '../chassis/config.ts'
import { eventBytes } from '../contract/messageEvent.ts'
import { type Message, readEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { postClient } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'
import { ingestConfig } from './config.ts'

const opened = disposables()
let ingest: IngestServer
let sql: Sql

beforeAll(async () => {
  const url = await testDatabase()
  sql = openSql(url, opened)
  ingest = await ingestServer(url)
  opened.add(() => ingest.close())
})

const post = postClient(() => ingest)

/** Of a message of the default sender with this data. */
function sizeOf(channel: string, data: string): number {
  const sender = { id: 'anonymous', name: 'anonymous' }
  const id = '0193512a-0000-7000-8000-000000000001'
  return eventBytes({ id, channel, type: 'message', sender, data })
}

describe('a message', () => {
  // Six bytes as an escape, three as they were sent.
  test('that grows on its way is refused above the limit for events, and only for its size', async () => {
    const least = `"${'\u2028'.repeat(250)}"`
    const most = `"${'x'.repeat(2_000 - sizeOf('grows', least))}${least.slice(1)}`
    const more = `"x${most.slice(1)}`
    expect(sizeOf('grows', most)).toBe(2_000)

    const taken = await post('grows', `{"data":${most}}`)
    expect(taken.status).toBe(201)
    const json = await taken.text()
    const stored: Message = JSON.parse(json)
    expect(readEntry('grows', json)?.position).toBe(stored.position)

    const { position } = await ingest.log.head()
    const refused = await post('grows', `{"data":${more}}`)
    expect(await refused.json()).toMatchObject({
      type: '/problems/too-large',
      status: 413,
      detail:
        'On a stream this message would take 2001 bytes; at most 2000 are allowed (MAX_EVENT_BYTES).',
    })
    expect((await ingest.log.head()).position).toBe(position)
  })

  test('is counted with at least its stored bytes', async () => {
    for (const data of [
      '"\u2028€\u{1f600}"',
      '{"a": 1.10, "b":[ ]}',
      '0',
      `"${'\u2028'.repeat(50)}"`,
    ]) {
      const stored: Message = JSON.parse(await (await post('sizes', `{"data":${data}}`)).text())
      const [row] = await sql<{ bytes: number }>(
        `select "data_bytes" as "bytes" from "message" where "position" = ${stored.position}`,
      )
      const rest = sizeOf('sizes', '')
      expect(row?.bytes).toBeGreaterThan(0)
      expect(sizeOf('sizes', data) - rest).toBeGreaterThanOrEqual(row?.bytes ?? NaN)
    }
  })

  test('of numbers does not grow: in full they would be four times as long', async () => {
    const numbers = `[${Array(150).fill('1e20').join(',')}]`
    const taken = await post('grows', `{"data":${numbers}}`)
    expect([taken.status, (await taken.text()).includes(`"data":${numbers},`)]).toEqual([201, true])
  })
})

describe('the default limits', () => {
  const required = {
    PORT: '1',
    METRICS_PORT: '1',
    DATABASE_URL: 'postgres://a',
    MQTT_URL: 'mqtt://a',
    COPY_KEYS: 'k'.repeat(43),
    AUTH: 'open',
  }
  const defaults = () => {
    const parsed = parseConfig('ingest', ingestConfig, { env: required, argv: [] })
    if (!('config' in parsed)) throw new Error(JSON.stringify(parsed))
    return parsed.config
  }

  test('let no event grow beyond a line that a Scanner in Go takes', () => {
    // bufio.MaxScanTokenSize, of which the last byte must stay free.
    expect(defaults().MAX_EVENT_BYTES).toBeLessThan(65_536)
  })

  test('never refuse a body that would be small enough as an event', () => {
    const { MAX_BODY_BYTES, MAX_EVENT_BYTES } = defaults()
    expect(MAX_BODY_BYTES).toBeGreaterThanOrEqual(MAX_EVENT_BYTES)
  })
})
