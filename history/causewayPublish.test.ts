import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { eventBytes } from '../contract/messageEvent.ts'
import { isSenderName } from '../contract/sender.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import type { Sql } from '../test/support/testLog.ts'
import { messagesOf, TestOutbox } from '../test/support/testOutbox.ts'

const opened = disposables()
let sql: Sql
let outbox: TestOutbox

beforeAll(async () => {
  outbox = await TestOutbox.open(opened, await testDatabase())
  ;({ sql } = outbox)
})

beforeEach(() => outbox.empty())

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
    await outbox.publish('e', `${'['.repeat(64)}"]{"${']'.repeat(64)}`)
    expect(await messagesOf(outbox.move())).toHaveLength(1)
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
    await outbox.publish('f', most)
    await expect(outbox.publish('f', `"x${most.slice(1)}`)).rejects.toThrow(
      'would take 2001 bytes; at most 2000',
    )
    expect(await messagesOf(outbox.move())).toHaveLength(1)
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
