import { type LayoutFile } from '../../chassis/layoutFile.ts'
import { createLogs } from '../createLogs.ts'
import { migrate } from '../migrate.ts'
import { grantRights, type RoleOwner } from '../roles.ts'
import { type Query, withSession } from './session.ts'
import { LOG_TABLES, linkName, partitionBounds, readLogRow } from './tables.ts'

export interface Move {
  log: number
  /** The administrators' addresses. */
  from: string
  to: string
}

export interface Preparation extends Move {
  /** The old database as the new one reaches it. */
  fromThere: string
  layout: LayoutFile | undefined
  /** With the services' roles. */
  addresses: Partial<Record<RoleOwner, string>>
}

/**
 * Makes the new database ready for the log, and begins to copy: by logical replication, which goes on until the switch. The log stays
 * where it is. It may run again; what is there stays.
 */
export async function prepareMove(preparation: Preparation): Promise<void> {
  const { log, from, to, layout, addresses } = preparation
  await migrate(to)
  if (layout !== undefined) await createLogs(to, layout, [])
  await grantRights(to, addresses)
  await withSession(from, (source) =>
    withSession(to, async (target) => {
      await checkBoth(source, target, log)
      await addPartitions(source, target, log)
      await publish(source, log)
      await subscribe(target, preparation)
    }),
  )
}

async function checkBoth(source: Query, target: Query, log: number): Promise<void> {
  const [level] = await source<{ wal_level: string }>('show wal_level')
  if (level?.wal_level !== 'logical') {
    throw new Error('The old Postgres needs wal_level=logical, and a restart for that.')
  }
  const row = await readLogRow(source, log)
  if (row === undefined || row.away) throw new Error(`Log ${log} is not in the old database.`)
  // Away from the first moment: services that know both addresses must not take it for theirs.
  await target(
    `insert into "log" ("id", "epoch", "away") values ($1, $2, true) on conflict do nothing`,
    [log, row.epoch],
  )
  if ((await readLogRow(target, log))?.away !== true) {
    throw new Error(`The new database has a log ${log} of its own.`)
  }
}

/** The new database has the same partitions. What comes without one waits until it is there. */
export async function addPartitions(source: Query, target: Query, log: number): Promise<void> {
  const bounds = await partitionBounds(source, log)
  if (bounds === undefined) return
  await target('select add_partitions($1::smallint, $2::bigint, $3::bigint)', [
    log,
    bounds.first,
    bounds.last,
  ])
}

async function publish(source: Query, log: number): Promise<void> {
  const name = linkName(log)
  const known = await source('select from pg_publication where "pubname" = $1', [name])
  if (known.length > 0) return
  const tables = LOG_TABLES.map((table) => `"${table}" where ("log_id" = ${log})`).join(', ')
  await source(
    `create publication "${name}" for table ${tables} with (publish_via_partition_root = true)`,
  )
}

async function subscribe(target: Query, { log, fromThere }: Preparation): Promise<void> {
  const name = linkName(log)
  const known = await target('select from pg_subscription where "subname" = $1', [name])
  if (known.length > 0) return
  const [address] = await target<{ literal: string }>('select quote_literal($1) as "literal"', [
    fromThere,
  ])
  await target(
    `create subscription "${name}" connection ${address?.literal ?? ''} publication "${name}"`,
  )
}
