import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { eventBytes } from '../contract/messageEvent.ts'
import { readEntry } from '../contract/message.ts'
import { isSenderName } from '../contract/sender.ts'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import type { Moved } from './outbox.ts'

const opened = disposables()
const MAX_EVENT_BYTES = 2_000
let url: string
let sql: Sql
let log: LogWriter

beforeAll(async () => {
  url = await testDatabase()
  sql = openSql(url, opened, 8)
  log = openLog(url, opened)
  await log.moveOutbox(MAX_EVENT_BYTES)
})

beforeEach(async () => {
  await sql('delete from "outbox"')
})

const publish = (channel: string, data: string, more = ''): Promise<unknown> =>
  sql(`select causeway_publish($1, $2::json, sender => 'service:shop'${more})`, channel, data)
const move = (by = log): Promise<Moved[]> => by.moveOutbox(MAX_EVENT_BYTES)

/** The messages that were moved, parsed. */
async function messagesOf(moved: Moved[] | Promise<Moved[]>) {
  return (await moved).map((each) => {
    if ('refused' in each) throw new Error(each.cause)
    const { json, channel } = each.appended.entry
    expect(readEntry(channel, json)).toEqual(each.appended.entry)
    return JSON.parse(json)
  })
}

describe('a message that an application publishes', () => {
  test('is moved to the log as it was given', async () => {
    await publish('a', '{"b": 1.0,\n\t"a":"\u2028"}', `, type => 'note', sender_name => 'Shop 1'`)
    const { position } = await log.head()
    const [message] = await messagesOf(move())
    expect(message).toEqual({
      position: position + 1,
      previous: 0,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/),
      channel: 'a',
      type: 'note',
      sender: { id: 'service:shop', name: 'Shop 1' },
      data: { b: 1, a: '\u2028' },
      sentAt: expect.any(String),
    })
    expect((await log.message('a', position + 1))?.json).toContain('"data":{"b": 1.0,')
    expect(
      Math.abs(parseInt(message.id.slice(0, 13).replace('-', ''), 16) - Date.now()),
    ).toBeLessThan(60_000)
    expect(await move()).toEqual([])
    expect(await sql('select * from "outbox"')).toEqual([])
  })

  test('is there if its transaction commits, and not if it rolls back', async () => {
    await sql(`do $$ begin
      begin
        perform causeway_publish('b', '"gone"', sender => 'service:shop');
        raise exception 'no';
      exception when raise_exception then
      end;
      perform causeway_publish('b', '"there"', sender => 'service:shop');
    end $$`)
    expect((await messagesOf(move())).map(({ data }) => data)).toEqual(['there'])
  })

  test('holds nobody up while its transaction goes on, and comes after it', async () => {
    const commit = await holdLock(
      opened,
      url,
      `select causeway_publish('c', '1', sender => 'service:shop')`,
    )
    await publish('c', '2')
    expect((await messagesOf(move())).map(({ data }) => data)).toEqual([2])
    await log.append(draft({ channel: 'c' }))
    await commit()
    expect((await messagesOf(move())).map(({ data }) => data)).toEqual([1])
    expect(await faultsOf(sql)).toEqual([])
  })

  test('with a key is stored once, and keeps its row if the key stood for another one', async () => {
    const key = `, key => 'k'`
    for (const data of ['1', '1', '2']) await publish('d', data, key)
    const moved = await move()
    expect(moved).toEqual([
      { appended: expect.objectContaining({ repeated: false }) },
      { appended: expect.objectContaining({ repeated: true }) },
      { id: expect.any(Number), refused: 'idempotency-conflict', cause: 'idempotency-conflict' },
    ])
    expect(await move()).toEqual([])
    const rows = await sql(`select "data", "refused" from "outbox"`)
    expect(rows).toEqual([{ data: '2', refused: 'idempotency-conflict' }])
    expect((await log.channel('d')).messages).toBe(1)
  })
})

describe('whoever publishes', () => {
  test.each([
    ['a bad channel', `'a..b', '1'`, 'invalid-channel'],
    ['a long channel', `repeat('x', 129), '1'`, 'invalid-channel'],
    ['a channel with a line end', `e'a\\n', '1'`, 'invalid-channel'],
    ['no channel', `null, '1'`, 'validation-failed'],
    ['no data', `'a', null`, 'validation-failed'],
    ['no JSON', `'a', '{'`, 'invalid input syntax for type json'],
    ['U+0000', `'a', '"\\u0000"'`, 'unsupported Unicode escape'],
    ['half of a pair', `'a', '"\\ud800"'`, 'invalid input syntax for type json'],
    ['a number out of bounds', `'a', '1e200000'`, 'numeric'],
    ['deep data', `'a', (repeat('[', 65) || repeat(']', 65))::json`, 'validation-failed'],
    ['a bad type', `'a', '1', type => 'a b'`, 'validation-failed'],
    ['a bad key', `'a', '1', key => 'a b'`, 'invalid-parameter'],
    ['an empty key', `'a', '1', key => ''`, 'invalid-parameter'],
    ['a long key', `'a', '1', key => repeat('k', 256)`, 'invalid-parameter'],
    ['a bad sender', `'a', '1', sender => 'robot:a'`, 'invalid-parameter'],
    ['a hidden name', `'a', '1', sender_name => u&'a\\200b'`, 'invalid-parameter'],
    ['a blank name', `'a', '1', sender_name => ' '`, 'invalid-parameter'],
    ['no such log', `'a', '1', log => 7::smallint`, 'invalid-parameter'],
    ['too much', `'a', to_json(repeat('x', 2000))`, 'too-large'],
  ])('with %s fails, and its transaction with it', async (_what, values, problem) => {
    await expect(sql(`select causeway_publish(${values})`)).rejects.toThrow(problem)
    expect(await sql('select * from "outbox"')).toEqual([])
  })

  test('may nest data as deep as in a post', async () => {
    await publish('e', `${'['.repeat(64)}"]{"${']'.repeat(64)}`)
    expect(await messagesOf(move())).toHaveLength(1)
  })

  test('gets exactly what an ingest would take as a post', async () => {
    const sender = { id: 'service:shop', name: 'Šhop "1" \u00e9' }
    const data = `"\u0085\u2028\u2029€\u{1f600}${'x'.repeat(1_000)}"`
    const id = '0193512a-0000-7000-8000-000000000001'
    const [row] = await sql<{ bytes: number }>(
      'select event_bytes($1, $2, $3, $4, $5) as "bytes"',
      'a.b',
      'note',
      sender.id,
      sender.name,
      data,
    )
    expect(row?.bytes).toBe(eventBytes({ id, channel: 'a.b', type: 'note', sender, data }))
    const most = `"${'x'.repeat(2_000 - eventBytes({ id, channel: 'f', type: 'message', sender: { id: 'service:shop', name: 'service:shop' }, data: '""' }))}"`
    await publish('f', most)
    await expect(publish('f', `"x${most.slice(1)}`)).rejects.toThrow(
      'would take 2001 bytes; at most 2000',
    )
    expect(await messagesOf(move())).toHaveLength(1)
  })

  test('may take no name that a post would refuse for its hidden characters', async () => {
    const names: string[] = []
    // Each for itself, because of the time-out of a statement.
    const ranges = Array.from({ length: 33 }, (_, at) => (at === 32 ? 0xe0000 : at * 4_096))
    for (const first of ranges) {
      const rows = await sql<{ name: string }>(
        `select 'a' || chr(c) || 'b' as "name" from generate_series($1::int, $1::int + 4095) c
         where c > 0 and c not between 55296 and 57343
           and outbox_refusal('a', 'a', 'a', 'a' || chr(c) || 'b', '1', '') is null`,
        first,
      )
      names.push(...rows.map(({ name }) => name))
    }
    expect(names.length).toBeGreaterThan(50_000)
    // Node and Postgres may know different versions of Unicode, and so of its normal form.
    const refused = names.filter((name) => !isSenderName(name.normalize('NFKC')))
    expect(refused).toEqual([])
  }, 60_000)
})

describe('the outbox', () => {
  test('is emptied by several at once in its order and exactly once, beside posts', async () => {
    const movers = [log, openLog(url, opened), openLog(url, opened)]
    const publishers = Array.from({ length: 4 }, async (_, publisher) => {
      for (let count = 0; count < 150; count++) {
        await sql(
          `select causeway_publish('g.' || $1, to_json(n), sender => 'service:shop')
           from generate_series($2::int * 5, $2::int * 5 + 4) n`,
          String(publisher),
          count,
        )
      }
    })
    let isPublished = false
    const published = Promise.all(publishers).then(() => (isPublished = true))
    const moved = movers.map(async (mover) => {
      const all: Moved[] = []
      for (;;) {
        const wasPublished = isPublished
        const some = await move(mover)
        all.push(...some)
        await mover.append(draft({ channel: 'g.posts' }))
        const [row] = await sql<{ rest: bigint }>('select count(*) as "rest" from "outbox"')
        if (wasPublished && Number(row?.rest) === 0) return all
      }
    })
    const messages = await messagesOf((await Promise.all(moved)).flat())
    await published
    expect(messages).toHaveLength(3_000)
    for (let publisher = 0; publisher < 4; publisher++) {
      const own = messages
        .filter(({ channel }) => channel === `g.${publisher}`)
        .sort((one, other) => one.position - other.position)
      expect(own.map(({ data }) => data)).toEqual(Array.from({ length: 750 }, (_, data) => data))
    }
    expect(await faultsOf(sql)).toEqual([])
  }, 60_000)

  test('goes on behind a row that the log does not take, and notes why', async () => {
    await publish('h', '1')
    // Nobody can publish this one.
    await sql(`insert into "outbox" ("log_id", "message_id", "channel", "type", "sender_id", "sender_name", "data", "key")
      values (0, uuid_v7(), 'h', 'message', 'a', 'a', '{', '')`)
    await publish('h', '2')
    const [one, poison, two] = await move()
    expect(poison).toEqual({ id: expect.any(Number), refused: 'internal', cause: '22P02' })
    const messages = await messagesOf([one, two].flatMap((each) => each ?? []))
    expect(messages.map(({ data }) => data)).toEqual([1, 2])
    await publish('h', '3')
    expect((await messagesOf(move())).map(({ data }) => data)).toEqual([3])
    expect(await sql('select "refused" from "outbox"')).toEqual([{ refused: '22P02' }])
    expect(await faultsOf(sql)).toEqual([])
  })

  test('keeps its rows while the log is locked', async () => {
    await publish('i', '1')
    const release = await holdLock(opened, url)
    await expect(move()).rejects.toMatchObject({ type: 'unavailable' })
    await release()
    expect(await messagesOf(move())).toHaveLength(1)
  })

  test('gives no more at once than an append may have', async () => {
    await sql(
      `select causeway_publish('j', to_json(n), sender => 'service:shop') from generate_series(1, 600) n`,
    )
    expect([(await move()).length, (await move()).length, (await move()).length]).toEqual([
      512, 88, 0,
    ])
  })
})
