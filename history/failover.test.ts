import { beforeAll, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { ownPair, type Pair } from '../test/support/ownPair.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { runSql } from '../stack/sql.ts'
import { migrate } from './migrate.ts'
import { grantRights } from './roles.ts'

const opened = disposables()
let pair: Pair

beforeAll(async () => {
  pair = await ownPair(opened)
}, 60_000)

test('A log at two hosts is written at the one that takes writes, and at the other after a failover, by the same process', async () => {
  const log = openLog(pair.url, opened)
  const first = await log.append(draft())
  expect(await log.message('lobby', 1)).toEqual(first.entry)
  await pair.first.server.stop('SIGKILL')
  await expect(log.append(draft())).rejects.toMatchObject({
    type: expect.stringMatching(/unavailable|outcome-unknown/),
  })
  await pair.promote()
  await waitFor(() =>
    log.append(draft({ key: 'k' })).then(
      () => true,
      () => false,
    ),
  )
  const { position } = await log.head()
  expect(position).toBe(2)
}, 60_000)

test('A migration and its rights go to the host that takes writes', async () => {
  expect(await migrate(pair.url)).toEqual([])
  const user = 'postgresql://causeway_failover_bridge:word@elsewhere:1/x'
  await grantRights(pair.url, { bridge: user })
  await expect(
    runSql(
      pair.second.url.replace(/\/\/[^@]*@/, '//causeway_failover_bridge:word@'),
      'select 1 from log',
    ),
  ).resolves.toBe(undefined)
}, 60_000)

test('A server that turned read-only is left for the other one, though its connections stand', async () => {
  const log = openLog(`${pair.second.url}?target_session_attrs=read-write`, opened)
  await log.append(draft())
  const setReadOnly = (sql: string) =>
    runSql(`${pair.second.url}?options=-c%20default_transaction_read_only%3Doff`, sql).then(() =>
      runSql(pair.second.url, 'select pg_reload_conf()'),
    )
  await setReadOnly('alter system set default_transaction_read_only = on')
  const reasons: string[] = []
  const refuses = (reason: RegExp) =>
    log.append(draft()).then(
      () => false,
      ({ cause }) =>
        reasons.push(String(cause)) > 0 && reason.test(JSON.stringify(cause) + String(cause)),
    )
  // The connection that stands says so, and the next ones are refused before they are used.
  await waitFor(() => refuses(/25006|read-only transaction/))
  await waitFor(() => refuses(/no server takes writes/))
  expect(reasons.length).toBeGreaterThan(1)
  await setReadOnly('alter system reset default_transaction_read_only')
  await waitFor(() =>
    log.append(draft()).then(
      () => true,
      () => false,
    ),
  )
}, 60_000)
