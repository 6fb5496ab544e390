import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { SearchPage } from '../contract/history.ts'
import type { Stack } from '../stack/stack.ts'
import { disposables } from './support/disposables.ts'
import { postUntilStored } from './support/ingestClient.ts'
import { LineClient, outcome } from './support/lineClient.ts'
import { faultsOf } from './support/logFaults.ts'
import { PackageReader } from './support/packageReader.ts'
import { openSql, type Sql } from './support/testLog.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack
let sql: Sql

beforeAll(async () => {
  stack = await testStack({ ingests: 2 })
  sql = openSql(stack.databaseUrl, opened, 4)
}, 60_000)

afterAll(() => stack?.stop(), 60_000)

async function follow(channel: string): Promise<PackageReader> {
  const reader = new PackageReader(opened, `${stack.origin}/events?channel=${channel}`)
  await waitFor(() => reader.isReady)
  return reader
}

test('A message is found by its words soon after it was posted, also an edited one', async () => {
  const find = async (q: string): Promise<unknown[]> => {
    const answer = await fetch(`${stack.origin}/history?q=${q}`)
    const page: SearchPage = JSON.parse(await answer.text())
    return page.messages.map(({ data }) => data)
  }
  const { position } = await postUntilStored(stack.origin, 'ways.search', { text: 'a quokka' })
  await waitFor(async () => (await find('quok*')).length > 0)
  await fetch(`${stack.origin}/channels/ways.search/messages/${position}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ data: { text: 'a wombat' } }),
  })
  await waitFor(async () => (await find('wombat')).length > 0)
  expect([await find('wombat'), await find('quokka')]).toEqual([[{ text: 'a wombat' }], []])
})

describe('messages that come line by line through nginx', () => {
  test('are answered each before the next one comes, and reach the readers', async () => {
    const reader = await follow('ways.lines')
    const lines = new LineClient(opened, stack.origin)
    for (const data of [1, 2, 3]) {
      lines.send({ channel: 'ways.lines', data })
      const results = await lines.has(data)
      expect(results.map(outcome)).toEqual(Array(data).fill('201'))
    }
    // More than a single post may have.
    const text = 'x'.repeat(10_000)
    for (let count = 0; count < 300; count++) lines.send({ channel: 'ways.lines', data: text })
    const results = await lines.end()
    expect(results.map(outcome)).toEqual(Array(303).fill('201'))
    await waitFor(() => reader.positions.length >= 303)
    expect(reader.positions).toEqual(results.map(({ message }) => message?.position))
  }, 60_000)

  test('may also come as one array', async () => {
    const answer = await fetch(`${stack.origin}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify([1, 2].map((data) => ({ channel: 'ways.array', data }))),
    })
    expect(await answer.json()).toMatchObject([
      { status: 201, message: { channel: 'ways.array', data: 1 } },
      { status: 201, message: { channel: 'ways.array', data: 2 } },
    ])
  })
})

describe('messages that an application publishes in its transactions', () => {
  test('reach the readers exactly once, although an ingest is killed in the middle', async () => {
    await sql('create table "orders" ("id" int primary key)')
    const reader = await follow('ways.orders')
    const order = (id: number): Promise<unknown> =>
      sql(`with "order" as (insert into "orders" values (${id}) returning "id")
        select causeway_publish('ways.orders', to_json("id"), sender => 'service:shop') from "order"`)
    let failed = 0
    const place = async (from: number): Promise<void> => {
      for (let id = from; id < 1_000; id += 4) {
        await order(id)
        // The same again fails, and leaves nothing.
        if (id % 10 === 0) await order(id).catch(() => failed++)
      }
    }
    const placed = Promise.all([0, 1, 2, 3].map(place))
    await waitFor(() => reader.positions.length > 100)
    const first = stack.processes.find(({ role }) => role === 'ingest')
    first?.kill('SIGKILL')
    await postUntilStored(stack.origin, 'ways.posts', 'meanwhile')
    await placed
    expect(failed).toBe(100)
    await waitFor(() => reader.positions.length >= 1_000)
    const stored = await sql<{ position: bigint; id: number }>(
      `select "position", ("data"::text)::int as "id" from "message" where "channel" = 'ways.orders' order by "position"`,
    )
    expect(reader.positions).toEqual(stored.map(({ position }) => Number(position)))
    const byId = stored.map(({ id }) => id).sort((one, other) => one - other)
    expect(byId).toEqual(Array.from({ length: 1_000 }, (_, id) => id))
    expect(await sql('select * from "outbox"')).toEqual([])
    expect(await faultsOf(sql)).toEqual([])
  }, 60_000)
})
