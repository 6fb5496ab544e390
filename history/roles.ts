import { credentialsOf } from '../chassis/address.ts'
import { withConnection } from './connection.ts'
import { parseDatabaseUrl, primaryUrl, withUserOf } from './servers.ts'
import { scramVerifier } from './scramVerifier.ts'
import { SESSION_SETTINGS } from './sessionSettings.ts'

export const ROLE_OWNERS = ['ingest', 'bridge', 'gateway', 'account'] as const
/** A service with a role of its own in Postgres. */
export type RoleOwner = (typeof ROLE_OWNERS)[number]

const LOG = '"log", "channel", "message", "fold", "reaction"'
const ACCESS = '"access_head", "access"'

interface Rights {
  tables: readonly string[]
  /** Their names; each stands for all functions of that name. */
  functions: readonly string[]
}

/** What each service may do. All else is left to the role that migrates: every DDL, and every other change of the log. */
const RIGHTS: Record<RoleOwner, Rights> = {
  ingest: {
    // It deletes keys that have expired, and locks them before: that takes UPDATE.
    tables: [
      `select on ${LOG}, ${ACCESS}, "archive", "search", "search_state", "marker"`,
      'select, update, delete on "idempotency"',
      'select, insert, update, delete on "mqtt_session"',
      // How many wait, and since when; not what they say.
      'select ("log_id", "id", "message_id", "refused") on "outbox"',
    ],
    functions: [
      'append_messages',
      'erase_messages',
      'end_epoch',
      'quota_add',
      'outbox_move',
      'remove_messages',
      'drop_partition',
      'index_messages',
      'search_messages',
      'search_block',
      'search_weak',
      'markers_move',
      'marker_leave',
    ],
  },
  bridge: { tables: [`select on ${LOG}`], functions: ['end_epoch'] },
  gateway: { tables: [`select on ${LOG}, ${ACCESS}`], functions: ['end_epoch'] },
  account: {
    tables: [`select, delete on ${ACCESS}`, 'select on "marker"'],
    functions: ['access_put', 'channel_make', 'channel_put_member', 'markers_move', 'name_words'],
  },
}

/** Every other table is account's. */
const NOT_ACCOUNTS =
  'log channel message fold reaction idempotency quota access access_head archive outbox outbox_limit mqtt_session search search_state layout marker'.split(
    ' ',
  )

/** Nobody signs in with it: it is granted to applications' roles. */
const APPLICATIONS = 'causeway_app'

/** Beside those of the services' own sessions. Only a superuser may give these. A sort must not fill the disk. */
const SUPERUSERS_LIMITS = { temp_file_limit: '256MB' }

/**
 * Gives each service's role its rights, and takes every other one. The role's name and password are those in the service's own
 * address: a role that cannot sign in with them is made, or gets the password. A service without an address, or with the migrating
 * role's name in it, is left alone. Run it after the migrations; it may run again at any time.
 */
export async function grantRights(
  migrationUrl: string,
  addresses: Partial<Record<RoleOwner, string>>,
): Promise<void> {
  const databaseUrl = await primaryUrl(migrationUrl)
  const owner = userOf(databaseUrl).name
  const roles = ROLE_OWNERS.flatMap((service) => {
    const url = addresses[service] ?? databaseUrl
    const { name, password } = userOf(url)
    // By the migration's own way: the service's may lead through a pooler, which may not know the role yet.
    const own = withUserOf(databaseUrl, parseDatabaseUrl(url).url)
    return name === owner ? [] : [{ service, url: own, password, role: quoted(name, '"') }]
  })
  await withConnection(databaseUrl, async (query) => {
    for (const { url, role, password } of roles) {
      // Several databases may share the roles, and two migrations that change one at once would fail: so only if need be.
      if (!(await canSignIn(url))) await query(passwordSql(role, password))
    }
    const [place] = await query<Place>(PLACE)
    if (place === undefined) throw new Error('the database has no schema')
    await query(applicationsSql(place)).catch(ignoreRefusal)
    if (roles.length > 0) await query(rightsSql(roles, place))
    for (const { role } of roles) {
      const scope = `${role} in database ${quoted(place.database, '"')}`
      await query(limitsSql(scope, SESSION_SETTINGS)).catch(ignoreRefusal)
      await query(limitsSql(scope, SUPERUSERS_LIMITS)).catch(ignoreRefusal)
    }
  })
}

interface Place {
  database: string
  schema: string
  tables: string[]
  /** With their arguments. */
  functions: string[]
}

const PLACE = `
  select current_database()::text as "database", current_schema()::text as "schema",
    array(select p.oid::regprocedure::text from pg_proc p
      where p.pronamespace = current_schema()::regnamespace) as "functions",
    array(select c.relname::text from pg_class c where c.relnamespace = current_schema()::regnamespace
      and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations') as "tables"`

/** One script, and so one transaction: no role is seen between its old rights and its new ones. */
function rightsSql(
  roles: readonly { service: RoleOwner; role: string }[],
  { database, schema, tables, functions }: Place,
): string {
  const all = roles.map(({ role }) => role).join(', ')
  const inSchema = `in schema ${quoted(schema, '"')}`
  const accounts = tables.filter((table) => !NOT_ACCOUNTS.includes(table))
  const list = accounts.map((table) => quoted(table, '"')).join(', ')
  return [
    `select pg_advisory_xact_lock(hashtext('causeway rights'))`,
    `revoke create, temporary on database ${quoted(database, '"')} from public`,
    `revoke create on schema ${quoted(schema, '"')} from public`,
    `revoke execute on all functions ${inSchema} from public, ${all}`,
    `revoke all on all tables ${inSchema} from public, ${all}`,
    `grant connect on database ${quoted(database, '"')} to ${all}`,
    `grant usage on schema ${quoted(schema, '"')} to ${all}`,
    ...roles.flatMap(({ service, role }) => [
      ...RIGHTS[service].tables.map((right) => `grant ${right} to ${role}`),
      ...RIGHTS[service].functions.flatMap((name) =>
        functions
          .filter((each) => each.startsWith(`${name}(`))
          .map((each) => `grant execute on function ${each} to ${role}`),
      ),
      ...(service === 'account' && list !== ''
        ? [`grant select, insert, update, delete on ${list} to ${role}`]
        : []),
    ]),
  ].join(';\n')
}

/** Applications may publish, and nothing else. */
function applicationsSql({ database, schema, functions }: Place): string {
  const inSchema = `in schema ${quoted(schema, '"')}`
  return [
    // Also if another migration, of another database, makes it at the same time.
    `do $$ begin create role ${APPLICATIONS} nologin;
      exception when duplicate_object or unique_violation then null; end $$`,
    `revoke execute on all functions ${inSchema} from ${APPLICATIONS}`,
    `revoke all on all tables ${inSchema} from ${APPLICATIONS}`,
    `grant connect on database ${quoted(database, '"')} to ${APPLICATIONS}`,
    `grant usage on schema ${quoted(schema, '"')} to ${APPLICATIONS}`,
    ...functions
      .filter((each) => each.startsWith('causeway_publish('))
      .map((each) => `grant execute on function ${each} to ${APPLICATIONS}`),
  ].join(';\n')
}

/** Only the verifier, never the password: servers may log statements. */
function passwordSql(role: string, password: string): string {
  const login = `${role} login password ${quoted(scramVerifier(password), "'")}`
  return `do $$ begin create role ${login};
    exception when duplicate_object then alter role ${login}; end $$`
}

function limitsSql(scope: string, limits: Record<string, string>): string {
  const settings = Object.entries(limits)
  return settings.map(([name, value]) => `alter role ${scope} set ${name} = '${value}'`).join(';')
}

/** An administrator's roles, which the one that migrates may not change, keep the limits that they have. */
function ignoreRefusal(error: unknown): void {
  if (codeOf(error) !== '42501') throw error
}

async function canSignIn(databaseUrl: string): Promise<boolean> {
  try {
    await withConnection(databaseUrl, (query) => query('select'))
    return true
  } catch (error) {
    // No such role, or another password. Whoever may not enter the database has signed in.
    if (['28P01', '28000'].includes(codeOf(error))) return false
    if (codeOf(error) === '42501') return true
    throw error
  }
}

function userOf(databaseUrl: string): { name: string; password: string } {
  const { username: name, password } = credentialsOf(parseDatabaseUrl(databaseUrl).url)
  return { name, password }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

function quoted(text: string, mark: '"' | "'"): string {
  return mark + text.replaceAll(mark, mark + mark) + mark
}
