import { join } from 'node:path'
import { formatAddress, parseAddress } from '../../chassis/address.ts'
import type { Child } from '../../stack/child.ts'
import { migrateDatabase } from '../../stack/migration.ts'
import { freePort } from '../../stack/ports.ts'
import { postgres } from '../../stack/postgres.ts'
import { standby, untilStreaming } from '../../stack/postgresStandby.ts'
import { runSql } from '../../stack/sql.ts'
import type { Opened } from './disposables.ts'
import { openSupervisor } from './ownServer.ts'

/** A migrated Postgres and a standby that follows it. */
export interface Pair {
  first: { url: string; server: Child }
  second: { url: string; server: Child }
  /** The address of both, the standby first. */
  url: string
  /** Makes the standby a primary. */
  promote: () => Promise<void>
}

export async function ownPair(opened: Opened): Promise<Pair> {
  const { dir, supervisor } = await openSupervisor(opened, 'pair')
  const primaryDir = join(dir, 'first')
  const first = await postgres({ dir: primaryDir, port: await freePort(), name: 'first' })
  const firstServer = await supervisor.start(first)
  await migrateDatabase(first.url)
  const primary = { dir: primaryDir, url: first.url }
  const second = await standby({
    dir: join(dir, 'second'),
    port: await freePort(),
    name: 'second',
    primary,
  })
  const secondServer = await supervisor.start(second)
  await untilStreaming({ name: 'second', primary })
  return {
    first: { url: first.url, server: firstServer },
    second: { url: second.url, server: secondServer },
    url: bothUrl(second.url, first.url),
    promote: () => runSql(second.url, 'select pg_promote()'),
  }
}

function bothUrl(...urls: string[]): string {
  const [address, ...others] = urls.flatMap((url) => parseAddress(url, 5_432) ?? [])
  if (address === undefined) throw new Error('no address')
  return formatAddress({
    url: address.url,
    hosts: [...address.hosts, ...others.flatMap(({ hosts }) => hosts)],
  })
}
