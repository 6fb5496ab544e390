import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { LineClient, outcome } from '../test/support/lineClient.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string
let ingest: IngestServer

beforeAll(async () => {
  databaseUrl = await testDatabase()
  ingest = await open()
})

async function open(options: Parameters<typeof ingestServer>[1] = {}): Promise<IngestServer> {
  const server = await ingestServer(databaseUrl, { maxBodyBytes: 4_000, ...options })
  opened.add(() => server.close())
  return server
}

const client = (headers: Record<string, string> = {}, to = ingest): LineClient =>
  new LineClient(opened, to.origin, headers)

describe('messages that come line by line', () => {
  test('are answered each before the next one comes', async () => {
    const lines = client()
    for (const data of [1, 2, 3]) {
      lines.send({ channel: 'a', data })
      const results = await lines.has(data)
      expect(results.at(-1)).toMatchObject({ status: 201, message: { channel: 'a', data } })
    }
    expect(await lines.end()).toHaveLength(3)
    expect(lines.answer?.headers['content-type']).toBe('application/x-ndjson')
  })

  test('are answered in their order, and one that is refused stops no other', async () => {
    const lines = client({ 'Causeway-Sender': 'alice' })
    lines.send(
      { channel: 'b', data: 1 },
      '{"channel":',
      { channel: 'b..', data: 1 },
      '',
      '  \r',
      { channel: 'b', data: 'x'.repeat(10_000) },
      { channel: 'b', data: 'x'.repeat(3_000) },
      { channel: 'b', data: 2, key: 'k' },
      { channel: 'b', data: 2, key: 'k' },
    )
    lines.request.write('{"channel":"b","data":3}')
    expect((await lines.end()).map(outcome)).toEqual([
      '201',
      '400 malformed-json',
      '400 invalid-channel',
      '413 too-large',
      '413 too-large',
      '201',
      '200',
      '201',
    ])
    expect((await ingest.log.channel('b')).messages).toBe(3)
  })

  test('keep the order of their channel', async () => {
    const lines = client()
    const all = Array.from({ length: 2_000 }, (_, data) => ({ channel: 'c', data }))
    lines.send(...all)
    const results = await lines.end()
    expect(results.map(({ message }) => message?.data)).toEqual(all.map(({ data }) => data))
    const positions = results.map(({ message }) => message?.position ?? NaN)
    expect(positions).toEqual([...positions].sort((one, other) => one - other))
  })

  test('are not taken faster than their sender reads the results', async () => {
    const lines = client()
    const line = JSON.stringify({ channel: 'd', data: 'x'.repeat(1_500) })
    lines.send(line)
    await lines.has(1)
    lines.answer?.pause()
    let [sent, stored] = [1, 1]
    // The kernels of both sides keep some megabytes of results.
    while (stored === sent) {
      for (let count = 0; count < 3_000; count++) lines.send(line)
      sent += 3_000
      let before = 0
      await waitFor(
        async () => {
          before = stored
          stored = (await ingest.log.channel('d')).messages
          return stored === sent || stored === before
        },
        20,
        1_000,
      )
    }
    expect(stored).toBeLessThan(sent)
    lines.answer?.resume()
    expect((await lines.end()).map(outcome)).toEqual(Array(sent).fill('201'))
  }, 60_000)

  test('take no place any more when their sender has left', async () => {
    const own = await open()
    const all = Array.from({ length: 100 }, () => client({}, own))
    await waitFor(() => all.every(({ answer }) => answer !== undefined))
    expect((await fetch(`${own.origin}/messages`, NDJSON)).status).toBe(503)
    all[0]?.request.destroy()
    await waitFor(async () => (await fetch(`${own.origin}/messages`, NDJSON)).status === 200)
  })

  test('are answered as far as they were taken if the process stops', async () => {
    const own = await open()
    const [busy, idle] = [client({}, own), client({}, own)]
    idle.send({ channel: 'e', data: 'idle' })
    await idle.has(1)
    for (let data = 0; data < 3_000; data++) busy.send({ channel: 'f', data })
    await busy.has(1)
    own.stop()
    await waitFor(() => idle.isComplete && busy.isComplete)
    expect(idle.results).toHaveLength(1)
    expect(busy.results.map(({ message }) => message?.data)).toEqual(
      busy.results.map((_, at) => at),
    )
    expect((await own.log.channel('f')).messages).toBe(busy.results.length)
  })

  test('are refused from the moment at which their token ends', async () => {
    const issuer = await TestIssuer.create()
    const own = await open({ issuer })
    const exp = Date.now() / 1_000 + 3
    const token = await issuer.token('user:alice', { grants: ['write g'], exp })
    const headers = { Authorization: `Bearer ${token}` }
    let lines = client(headers, own)
    // It has not read the grants yet.
    await waitFor(() => {
      if (lines.answer !== undefined && lines.answer.statusCode !== 200)
        lines = client(headers, own)
      return lines.answer?.statusCode === 200
    })
    lines.send({ channel: 'g', data: 1 }, { channel: 'h', data: 1 })
    expect((await lines.has(2)).map(outcome)).toEqual(['201', '403 forbidden'])
    await waitFor(async () => {
      lines.send({ channel: 'g', data: 2 })
      const results = await lines.has(lines.results.length + 1)
      return results.map(outcome).at(-1) === '401 unauthenticated'
    })
    const { messages } = await own.log.channel('g')
    lines.send({ channel: 'g', data: 3 })
    expect((await lines.end()).map(outcome).at(-1)).toBe('401 unauthenticated')
    expect((await own.log.channel('g')).messages).toBe(messages)
  })
})

const NDJSON = { method: 'POST', headers: { 'Content-Type': 'application/x-ndjson' }, body: '' }
