import { beforeEach, describe, expect, test } from '@jest/globals'
import { ChannelLogs } from '../contract/channelLogs.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { createLogs } from './createLogs.ts'

const opened = disposables()
let url: string
let sql: Sql

beforeEach(async () => {
  url = await testDatabase()
  sql = openSql(url, opened)
})

const layoutOf = (ids: number[], rules: { pattern: string; log: number }[] = []) => ({
  logs: ids.map((id) => ({ id })),
  rules,
})

describe('The logs of a layout', () => {
  test('are made once, and each takes messages', async () => {
    const layout = layoutOf([0, 3, 7, 9])
    expect(await createLogs(url, layout, [0, 3, 7])).toEqual([3, 7])
    expect(await createLogs(url, layout, [0, 3, 7])).toEqual([])
    for (const logId of [0, 3, 7]) {
      const { entry } = await openLog(url, opened, { logId }).append(draft())
      expect(entry.position).toBe(1)
    }
    await expect(openLog(url, opened, { logId: 9 }).check()).rejects.toThrow('Log 9 does not exist')
  })

  test.each([
    ['another log', layoutOf([0, 1, 2])],
    ['one log less', layoutOf([0])],
    ['a rule', layoutOf([0, 1], [{ pattern: 'a', log: 1 }])],
  ])('are chosen once: a layout with %s is refused', async (_what, other) => {
    await createLogs(url, layoutOf([0, 1]), [0, 1])
    await expect(createLogs(url, other, [0])).rejects.toThrow('chosen once')
    expect(await createLogs(url, layoutOf([1, 0]), [0, 1])).toEqual([])
  })
})

const publish = (values: string): Promise<unknown> => sql(`select causeway_publish(${values})`)

describe('An application that publishes in the database', () => {
  test('gets the log of its channel, as services do', async () => {
    const rules = [
      { pattern: 'fleet.*.alerts', log: 5 },
      { pattern: 'rooms.r1', log: 6 },
      { pattern: 'fleet.**', log: 6 },
    ]
    const ids = [0, 1, 2, 5, 6, 300]
    await createLogs(url, layoutOf(ids, rules), ids)
    const channelLogs = new ChannelLogs(ids, rules)
    const names = [
      ...Array.from({ length: 300 }, (_, at) => `rooms.r${at}`),
      'fleet',
      'fleet.a',
      'fleet.a.alerts',
      'fleet.a.b.alerts',
      'fleet.a-alerts',
      'rooms_r1',
      'x'.repeat(128),
    ]
    const rows = await sql<{ name: string; log: number }>(
      'select "name", log_of("name") as "log" from unnest($1::text[]) as "name"',
      names,
    )
    expect(rows).toEqual(names.map((name) => ({ name, log: channelLogs.logOf(name) })))
    await sql(`select causeway_publish('fleet.a', '1')`)
    expect(await sql('select "log_id" as "log" from "outbox"')).toEqual([{ log: 6 }])
  })

  test('cannot choose another one, nor a log of another database', async () => {
    const rules = [{ pattern: 'far', log: 1 }]
    await createLogs(url, layoutOf([0, 1], rules), [0])
    await expect(publish(`'near', '1', log => 1::smallint`)).rejects.toThrow('belongs to log 0')
    await expect(publish(`'far', '1'`)).rejects.toThrow('log 1 does not exist')
    await publish(`'near', '1', log => 0::smallint`)
  })

  test('without a layout names its log, or means the first', async () => {
    await sql(`select causeway_publish('a', '1'), causeway_publish('a', '1', log => 0::smallint)`)
    expect(await sql('select "log_id" as "log" from "outbox"')).toEqual([{ log: 0 }, { log: 0 }])
    expect(await sql(`select log_of('a') as "log"`)).toEqual([{ log: null }])
  })
})
