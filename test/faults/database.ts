import { PrismaPg } from '@prisma/adapter-pg'
import { createHash } from 'node:crypto'
import type { Row } from './records.ts'

/** Reads with no help from the code that is being judged. Every column must be text. */
export async function query(
  databaseUrl: string,
  sql: string,
): Promise<Record<string, string | null>[]> {
  const factory = new PrismaPg({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
  })
  const connection = await factory.connect()
  try {
    const { columnNames, rows } = await connection.queryRaw({ sql, args: [], argTypes: [] })
    return rows.map((row) =>
      Object.fromEntries(
        columnNames.map((name, at) => {
          const value = row[at]
          return [name, typeof value === 'string' ? value : null]
        }),
      ),
    )
  } finally {
    await connection.dispose()
  }
}

export async function readHead(databaseUrl: string): Promise<{ epoch: string; position: number }> {
  const [row] = await query(databaseUrl, 'select epoch, head::text from log where id = 0')
  return { epoch: row?.['epoch'] ?? '', position: Number(row?.['head'] ?? Number.NaN) }
}

/** Everything above a position. */
export async function dump(databaseUrl: string, base: number): Promise<Row[]> {
  const rows = await query(
    databaseUrl,
    `select l.epoch, m.position::text, m.previous::text, m.id::text, m.channel, i.key,
       m.data::text, (extract(epoch from m.sent_at) * 1000)::bigint::text as sent_at
     from message m join log l on l.id = m.log_id
       left join idempotency i on i.log_id = m.log_id and i.position = m.position
     where m.log_id = 0 and m.position > ${base} order by m.position`,
  )
  return rows.map((row) => ({
    epoch: row['epoch'] ?? '',
    position: Number(row['position']),
    previous: Number(row['previous']),
    id: row['id'] ?? '',
    channel: row['channel'] ?? '',
    key: row['key'] ?? null,
    hash: hashOf(row['data'] ?? ''),
    sentAt: Number(row['sent_at']),
  }))
}

/** Of the text of a message's data: enough to tell bodies apart, short enough for a million lines. */
export function hashOf(data: string): string {
  return createHash('sha1').update(data).digest('base64').slice(0, 12)
}
