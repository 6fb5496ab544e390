import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, type Sql } from '../test/support/testLog.ts'
import { messagesOf, TestOutbox } from '../test/support/testOutbox.ts'
import type { LogWriter } from './logWriter.ts'
import type { Moved } from './outbox.ts'

const opened = disposables()
let url: string
let sql: Sql
let log: LogWriter
let outbox: TestOutbox

beforeAll(async () => {
  url = await testDatabase()
  outbox = await TestOutbox.open(opened, url)
  ;({ sql, log } = outbox)
})

beforeEach(() => outbox.empty())

const publish = (...message: Parameters<TestOutbox['publish']>) => outbox.publish(...message)
const move = (by = log): Promise<Moved[]> => outbox.move(by)

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
