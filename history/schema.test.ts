import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'

const opened = disposables()
let sql: Sql

beforeAll(async () => {
  sql = openSql(await testDatabase(), opened)
})

interface Model {
  table: string
  columns: string[]
  indexes: string[]
}

const TYPES: Record<string, string> = {
  'Int @db.SmallInt': 'smallint',
  Int: 'integer',
  'Int[]': 'integer[]',
  String: 'text',
  'String[]': 'text[]',
  Boolean: 'boolean',
  'String @db.Uuid': 'uuid',
  BigInt: 'bigint',
  'BigInt[]': 'bigint[]',
  Json: 'jsonb',
  'Json @db.Json': 'json',
  'DateTime @db.Date': 'date',
  // The only type in it that Prisma does not know.
  Unsupported: 'tsvector',
  'DateTime @db.Timestamptz(3)': 'timestamp(3) with time zone',
}

/** Reads a model as far as our schema goes; a type that it does not know fails. */
function readModel(body: string, models: Set<string>): Model {
  const names = new Map<string, string>()
  const columns: string[] = []
  const indexes: string[] = []
  for (const line of body.split('\n').map((each) => each.trim())) {
    const [, field, type, optional, rest = ''] =
      /^(\w+)\s+(\w+(?:\[\])?)(\?)?(.*)$/.exec(line) ?? []
    // A field whose type is a model is no column: it names a relation.
    if (field !== undefined && !models.has(type?.replace('[]', '') ?? '')) {
      const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field
      const native = [type, /@db\.[\w()]+/.exec(rest)?.[0]].filter(Boolean).join(' ')
      names.set(field, column)
      columns.push(`${column} ${TYPES[native] ?? native}${optional === '?' ? '' : ' not null'}`)
      if (/@(id|unique)\b/.test(rest)) indexes.push(`unique ${column}`)
    }
    const [, kind, fields] = /^@@(id|unique|index)\(\[([^\]]*)\]/.exec(line) ?? []
    if (fields !== undefined) {
      const key = fields.split(', ').map((each) => names.get(each) ?? each)
      indexes.push(`${kind === 'index' ? 'index' : 'unique'} ${key.join(' ')}`)
    }
  }
  const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? ''
  return { table, columns: columns.sort(), indexes: indexes.sort() }
}

const byTable = (one: Model, other: Model): number => one.table.localeCompare(other.table)

test("Prisma's schema is the one that the migrations make", async () => {
  const schema = readFileSync(join(ROOT, 'prisma/schema.prisma'), 'utf8')
  const blocks = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)]
  const names = new Set(blocks.map(([, name = '']) => name))
  const models = blocks.map(([, , body = '']) => readModel(body, names))
  const columns = await sql<{ table: string; column: string }>(`
    select c.relname::text as "table", a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end as "column"
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace and a.attnum > 0
      and not a.attisdropped and c.relname <> '_prisma_migrations'`)
  const indexes = await sql<{ table: string; index: string }>(`
    select c.relname::text as "table", case when i.indisunique then 'unique ' else 'index ' end
      || (select string_agg(a.attname, ' ' order by k.ordinality) from unnest(i.indkey)
        with ordinality k(attnum, ordinality)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum) as "index"
    from pg_index i join pg_class c on c.oid = i.indrelid
    where not c.relispartition and c.relnamespace = 'public'::regnamespace and c.relname <> '_prisma_migrations'`)
  const found = [...new Set(columns.map(({ table }) => table))].map((table) => ({
    table,
    columns: columns.flatMap((row) => (row.table === table ? [row.column] : [])).sort(),
    indexes: indexes.flatMap((row) => (row.table === table ? [row.index] : [])).sort(),
  }))
  expect(found.sort(byTable)).toEqual(models.sort(byTable))
  expect(models).toHaveLength(schema.match(/^model /gm)?.length ?? 0)
})
