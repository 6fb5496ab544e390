import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { post, problemOf } from '../test/support/ingestClient.ts'
import { from, limitedIngest } from '../test/support/limitedIngest.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string

beforeAll(async () => {
  databaseUrl = await testDatabase()
})

const NDJSON = { Accept: 'application/x-ndjson' }

async function channelOf(origin: string, messages: number): Promise<string> {
  const channel = uniquePrefix()
  for (let count = 0; count < messages; count++) await post(origin, channel, { data: count })
  return channel
}

describe('exports', () => {
  test('are asked for by their media type, which caches learn', async () => {
    const { origin } = await limitedIngest(opened, databaseUrl, {})
    const url = `${origin}/history?channel=${await channelOf(origin, 3)}`
    for (const [accept, type] of [
      ['application/x-ndjson', 'application/x-ndjson'],
      ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
      ['*/*', 'application/json; charset=utf-8'],
      ['text/html', 'application/json; charset=utf-8'],
    ]) {
      const answer = await fetch(url, { headers: { Accept: accept ?? '' } })
      expect([answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
        type,
        'Accept',
      ])
      await answer.text()
    }
  })

  test('are paid for by their bytes, and refused when nothing is left', async () => {
    const { origin } = await limitedIngest(opened, databaseUrl, {
      historyBytesPerMinutePerAddress: 100_000,
    })
    const url = `${origin}/history?channel=${await channelOf(origin, 9)}`
    const ask = (): Promise<Response> =>
      fetch(url, { headers: { ...NDJSON, ...from('192.0.2.7') } })
    const lines = await (await ask()).text()
    expect(lines.split('\n')).toHaveLength(10)
    const left = /r=(\d+)/.exec((await ask()).headers.get('ratelimit') ?? '')?.[1]
    expect(Number(left)).toBe(100_000 - lines.length)
  })

  test('of one subject run one at a time; pages of it and exports of others go on', async () => {
    const { origin, exports } = await limitedIngest(opened, databaseUrl, {
      // After its first hundred messages, which are 23 kB, an export waits for twenty seconds.
      historyBytesPerMinutePerAddress: 120_000,
    })
    const url = `${origin}/history?channel=${await channelOf(origin, 120)}`
    const leaving = new AbortController()
    const ask = (address: string, init: RequestInit = {}): Promise<Response> =>
      fetch(url, { ...init, headers: { ...NDJSON, ...from(address) } })
    const first = await ask('192.0.2.1', { signal: leaving.signal })
    const person = `${origin}/senders/alice/messages`
    for (const again of [ask('192.0.2.1'), fetch(person, { headers: from('192.0.2.1') })]) {
      const second = await again
      expect(second.headers.get('retry-after')).toBe('10')
      expect(await problemOf(second)).toBe('429 rate-limited')
    }
    expect((await fetch(url, { headers: from('192.0.2.1') })).status).toBe(200)
    expect((await ask('192.0.2.2', { signal: leaving.signal })).status).toBe(200)
    expect(exports.size).toBe(2)
    leaving.abort()
    await expect(first.text()).rejects.toThrow('aborted')
    await waitFor(() => exports.size === 0)
  })
})
