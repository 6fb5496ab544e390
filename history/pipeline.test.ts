import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql } from '../test/support/testLog.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { databaseProblem } from './databaseError.ts'
import { Pipeline } from './pipeline.ts'

const opened = disposables()

async function open() {
  const databaseUrl = await testDatabase()
  const told: string[] = []
  const pipeline = new Pipeline({ databaseUrl, onError: ({ message }) => void told.push(message) })
  opened.add(() => pipeline.close())
  const ask = <Row extends object>(sql: string): Promise<Row[]> => pipeline.query<Row>(sql, [])
  const pidOf = async (): Promise<number | undefined> => {
    const [row] = await ask<{ pid: number }>('select pg_backend_pid() as "pid"')
    return row?.pid
  }
  return { databaseUrl, pipeline, told, ask, pidOf, sql: openSql(databaseUrl, opened) }
}

/** Ends when the table has so many rows. */
const WAIT = `
  const client = new (require('pg').Client)(process.argv[1])
  const look = async () => {
    const { rows } = await client.query('select count(*)::int as "count" from "ran"')
    if (rows[0].count < Number(process.argv[2])) return look()
    await client.end()
  }
  client.connect().then(look)`

const typeOf = (error: unknown): string => databaseProblem(error).type

describe('Statements of one pipeline', () => {
  test('run in their order, also while this process is too busy for their answers', async () => {
    const { pipeline, ask, databaseUrl, sql } = await open()
    await ask('create table "ran" ("at" serial, "what" int)')
    const told: number[] = []
    const insert = async (what: number): Promise<void> => {
      await pipeline.query('insert into "ran" ("what") values ($1::int)', [what])
      told.push(what)
    }
    const order = Array.from({ length: 10 }, (_, what) => what)
    const all = order.map(insert)
    await new Promise(setImmediate)
    execFileSync(process.execPath, ['-e', WAIT, databaseUrl, '10'], { timeout: 30_000 })
    expect(told).toEqual([])
    await Promise.all(all)
    expect(told).toEqual(order)
    const rows = await sql<{ what: number }>('select "what" from "ran" order by "at"')
    expect(rows.map(({ what }) => what)).toEqual(order)
  })

  test('are transactions of their own: one that fails leaves those behind it', async () => {
    const { ask } = await open()
    await ask('create table "kept" ("what" int)')
    const failed = ask('insert into "kept" select 1 / 0').catch(typeOf)
    const behind = ask('insert into "kept" values (7) returning "what"')
    expect([await failed, await behind]).toEqual(['internal', [{ what: 7 }]])
    expect(await ask('select "what" from "kept"')).toEqual([{ what: 7 }])
  })

  test('that are under way while the connection ends are unknown, and the next one has another connection', async () => {
    const { ask, pidOf, sql } = await open()
    const pid = await pidOf()
    const lost = [1, 2, 3].map(() => ask('select pg_sleep(1)').catch(typeOf))
    await setTimeout(100)
    await sql('select pg_terminate_backend($1::int)', pid)
    expect(await Promise.all(lost)).toEqual(Array.from({ length: 3 }, () => 'outcome-unknown'))
    const next = await pidOf()
    expect(next).toEqual(expect.any(Number))
    expect(next).not.toBe(pid)
  })

  test('have their time from the answer to the one before', async () => {
    const { ask } = await open()
    const slow = 'select 7 as "seven" from pg_sleep(1.8)'
    const rows = [{ seven: 7 }]
    expect(await Promise.all([ask(slow), ask(slow)])).toEqual([rows, rows])
  })

  test('that are not answered are given up together, and the next one has another connection', async () => {
    const { ask } = await open()
    await ask('set statement_timeout = 0')
    const began = performance.now()
    const lost = [60, 0, 0].map((seconds) => ask(`select pg_sleep(${seconds})`).catch(typeOf))
    expect(await Promise.all(lost)).toEqual(Array.from({ length: 3 }, () => 'outcome-unknown'))
    // Not one time-out after the other, and not the minute.
    expect(performance.now() - began).toBeLessThan(30_000)
    expect(await ask('select 7 as "seven"')).toEqual([{ seven: 7 }])
  })
})

test('A connection that ends while nothing is under way is told, and the next statement has another one', async () => {
  const { ask, pidOf, sql, told } = await open()
  await sql('select pg_terminate_backend($1::int)', await pidOf())
  await waitFor(() => told.length > 0)
  expect(await ask('select 7 as "seven"')).toEqual([{ seven: 7 }])
})

test('A server that is not there is unavailable, for all that wait', async () => {
  const nowhere = new Pipeline({
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing',
    onError: () => {},
  })
  const asked = [1, 2, 3].map(() => nowhere.query('select 1', []).catch(typeOf))
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 3 }, () => 'unavailable'))
  await nowhere.close()
})
