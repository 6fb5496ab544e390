import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from '../../stack/migration.ts'
import { ANY_PREFIX, startServers } from '../../stack/servers.ts'
import { onDatabase, runSql, withDatabase } from '../../stack/sql.ts'
import { Supervisor } from '../../stack/supervisor.ts'
import { openAuthority } from '../../stack/tls.ts'
import { AUTHORITY } from './authority.ts'
import globalTeardown from './globalTeardown.ts'
import { TEMPLATE_DATABASE } from './template.ts'

declare global {
  var causewayTestServers: Supervisor | undefined
}

/**
 * Starts Postgres, Redis and Mosquitto once for the whole run, and migrates the template that every test database is cloned from. The
 * workers find them through their environment.
 */
export default async function globalSetup(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-test-'))
  const supervisor = await Supervisor.open({
    dir,
    print: (line) => process.stderr.write(`${line}\n`),
  })
  globalThis.causewayTestServers = supervisor
  process.env.CAUSEWAY_TEST_DIR = dir
  endOnSignal()
  const tls = AUTHORITY === undefined ? undefined : openAuthority(AUTHORITY)
  const servers = await startServers(supervisor, { dir, ...ANY_PREFIX, tls })
  const { databaseUrl, redisUrl, mqttUrl, addresses } = servers
  // It would look after every database each minute: there are hundreds, of which none lives for long.
  await runSql(databaseUrl, 'alter system set autovacuum = off')
  await runSql(databaseUrl, 'select pg_reload_conf()')
  await runSql(databaseUrl, `create database ${TEMPLATE_DATABASE}`)
  // In a separate process: the schema engine leaves a ten-second timer, and jest would wait for it at its end.
  await migrateDatabase(
    withDatabase(databaseUrl, TEMPLATE_DATABASE),
    onDatabase(addresses, TEMPLATE_DATABASE),
  )
  process.env.CAUSEWAY_TEST_ADDRESSES = JSON.stringify(addresses)
  process.env.CAUSEWAY_TEST_DATABASE_URL = databaseUrl
  process.env.CAUSEWAY_TEST_REDIS_URL = redisUrl
  process.env.CAUSEWAY_TEST_MQTT_URL = mqttUrl
}

/** On a signal jest ends at once, without a teardown. */
function endOnSignal(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalTeardown().finally(() => process.exit(1)))
  }
}
