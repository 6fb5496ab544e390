import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { messageOf, post, problemOf } from '../test/support/ingestClient.ts'
import { from, limited, limitedIngest, type Limits } from '../test/support/limitedIngest.ts'
import type { IngestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { openSql } from '../test/support/testLog.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string

beforeAll(async () => {
  databaseUrl = await testDatabase()
})

const open = (...limits: Limits): Promise<IngestServer> =>
  limitedIngest(opened, databaseUrl, ...limits)
const fresh = (): string => uniquePrefix()
function sendBytes({ origin }: IngestServer, key: string): Promise<Response> {
  const named = { 'Causeway-Sender': 'alice', 'Idempotency-Key': key }
  return post(origin, 'bytes', { data: 'x'.repeat(398) }, { ...from('192.0.2.7'), ...named })
}

describe('quotas of a day', () => {
  test('belong to the principal, not to its address', async () => {
    const issuer = await TestIssuer.create()
    const ingest = await open({ newChannelsPerDay: 1 }, { issuer })
    const send = async (principal: string, address: string): Promise<number> => {
      const token = await issuer.token(principal, { grants: ['write **'] })
      const headers = { ...from(address), Authorization: `Bearer ${token}` }
      return (await post(ingest.origin, fresh(), { data: 1 }, headers)).status
    }
    await waitFor(async () => (await send('user:warm', '192.0.2.9')) !== 503)
    expect([
      await send('user:eve', '192.0.2.1'),
      await send('user:eve', '192.0.2.2'),
      await send('user:fay', '192.0.2.1'),
    ]).toEqual([201, 429, 201])
  })

  test('refuse new channels, but not posts to channels that are there', async () => {
    const ingest = await open({ newChannelsPerDay: 2 })
    const [one, two, three] = [fresh(), fresh(), fresh()]
    const send = (channel: string, address = '192.0.2.1'): Promise<Response> =>
      post(ingest.origin, channel, { data: 1 }, from(address))
    for (const channel of [one, one, two, two]) expect((await send(channel)).status).toBe(201)
    const refused = await send(three)
    const seconds = Number(refused.headers.get('retry-after'))
    const midnight = new Date().setUTCHours(24, 0, 0, 0)
    expect(Math.abs(seconds - (midnight - Date.now()) / 1_000)).toBeLessThan(60)
    expect(await problemOf(refused)).toBe('429 rate-limited')
    expect(await ingest.log.channel(three)).toMatchObject({ messages: 0 })
    expect((await send(two)).status).toBe(201)
    expect((await send(three, '192.0.2.2')).status).toBe(201)
    expect((await send(three)).status).toBe(201)
    expect(await limited(ingest, 'new-channels')).toBe(1)
  })

  test('refuse bytes, count a repeat once, and hold for all ingests', async () => {
    const [one, other] = [
      await open({ storedBytesPerDay: 1_000 }),
      await open({ storedBytesPerDay: 1_000 }),
    ]
    const sql = openSql(databaseUrl, opened)
    const used = async (): Promise<number> => {
      const [row] = await sql<{ used: bigint }>(
        `select used from quota where name = 'bytes' and subject = '192.0.2.7'`,
      )
      return Number(row?.used ?? 0)
    }
    expect((await sendBytes(one, '1')).status).toBe(201)
    expect(await messageOf(sendBytes(one, '1'))).toMatchObject({ data: 'x'.repeat(398) })
    await waitFor(async () => (await used()) === 400)
    expect((await sendBytes(other, '2')).status).toBe(201)
    await waitFor(async () => (await used()) === 800)
    expect((await sendBytes(other, '3')).status).toBe(201)
    await waitFor(async () => (await used()) === 1_200)
    expect(await problemOf(await sendBytes(other, '4'))).toBe('429 rate-limited')
    expect(await limited(other, 'stored-bytes')).toBe(1)
  })
})
