import { afterAll, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withDatabase } from '../stack/sql.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { disposables } from './support/disposables.ts'
import { lackOf } from './support/lackOf.ts'
import { RawReader } from './support/rawReader.ts'
import { runProgram } from './support/runProgram.ts'
import { openSql } from './support/testLog.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack | undefined
afterAll(() => stack?.stop(), 60_000)

describeUnless(lackOf('openssl', 'curl'))('a stack with a replica of Postgres and TLS', () => {
  test('delivers, and reads history from the replica by its own users, encrypted', async () => {
    stack = await testStack({ ownServers: true, secure: true, replica: true })
    const authority = join(stack.dir, 'tls/ca.crt')
    const { origin, processes } = stack
    const reader = new RawReader(
      `${origin}/events?channel=a`,
      { Host: 'localhost' },
      readFileSync(authority, 'utf8'),
    )
    await waitFor(() => reader.named('ready').length > 0)
    const curl = async (...args: string[]): Promise<string> =>
      (await runProgram('curl', ['-sSf', '--cacert', authority, ...args])).output
    const posted = await curl('--json', '{"data":1}', `${origin}/channels/a/messages`)
    await waitFor(() => reader.named().length > 0)
    expect(reader.named().map(({ data }) => data)).toEqual([posted])
    reader.socket.destroy()
    const { messages } = JSON.parse(await curl(`${origin}/history?channel=a`))
    expect(messages).toEqual([JSON.parse(posted)])
    const { url = '' } = processes.find(({ name }) => name === 'replica') ?? {}
    const sql = openSql(withDatabase(url, 'causeway'), opened)
    const sessions = await sql<{ user: string; ssl: boolean }>(
      `select distinct a.usename::text as "user", s.ssl from pg_stat_activity a join pg_stat_ssl s on s.pid = a.pid
       where a.usename like 'causeway\\_%'`,
    )
    expect(sessions).toContainEqual({ user: 'causeway_ingest', ssl: true })
    expect(sessions.every(({ ssl }) => ssl)).toBe(true)
  }, 120_000)
})
