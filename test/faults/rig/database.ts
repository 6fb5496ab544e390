import { PrismaPg } from '@prisma/adapter-pg'
import { createHash } from 'node:crypto'
import type { Retreat, Row } from '../judge/records.ts'

/** Runs a statement; all its columns must be text. */
export type Run = (sql: string) => Promise<Record<string, string | null>[]>

/** One connection, for as long as `act` takes. It uses nothing of the code that is judged. */
async function withSession<T>(databaseUrl: string, act: (run: Run) => Promise<T>): Promise<T> {
  const factory = new PrismaPg({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    // All statements use one connection: they may belong to one transaction.
    max: 1,
    idleTimeoutMillis: 0,
  })
  const connection = await factory.connect()
  try {
    return await act(async (sql) => {
      const { columnNames, rows } = await connection.queryRaw({ sql, args: [], argTypes: [] })
      return rows.map((row) =>
        Object.fromEntries(
          columnNames.map((name, at) => {
            const value = row[at]
            return [name, typeof value === 'string' ? value : null]
          }),
        ),
      )
    })
  } finally {
    await connection.dispose()
  }
}

export function query(databaseUrl: string, sql: string): ReturnType<Run> {
  return withSession(databaseUrl, (run) => run(sql))
}

export async function readHead(
  databaseUrl: string,
  log = 0,
): Promise<{ epoch: string; position: number }> {
  const [row] = await query(databaseUrl, `select epoch, head::text from log where id = ${log}`)
  return { epoch: row?.['epoch'] ?? '', position: Number(row?.['head'] ?? Number.NaN) }
}

/** All messages of a log above a position. */
export function dump(databaseUrl: string, base: number, log = 0): Promise<Row[]> {
  return withSession(databaseUrl, (run) => readRows(run, base, log))
}

async function readRows(run: Run, base: number, log = 0): Promise<Row[]> {
  const rows = await run(
    `select l.epoch, m.position::text, m.previous::text, m.id::text, m.channel, i.key,
       m.data::text, (extract(epoch from m.sent_at) * 1000)::bigint::text as sent_at
     from message m join log l on l.id = m.log_id
       left join idempotency i on i.log_id = m.log_id and i.position = m.position
     where m.log_id = ${log} and m.position > ${base} order by m.position`,
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

/** A hash of the text of a message's data: long enough to tell bodies apart, short enough for a million lines. */
export function hashOf(data: string): string {
  return createHash('sha1').update(data).digest('base64').slice(0, 12)
}

/**
 * Removes the last messages above `base`, as a restore from a backup does. Without `epoch` the epoch stays, as if the operator had
 * forgotten to change it.
 */
export function goBack(
  databaseUrl: string,
  { base, count, epoch: next }: { base: number; count: number; epoch?: string },
): Promise<Retreat> {
  return withSession(databaseUrl, async (run) => {
    const { epoch, rows } = await readLocked(run, base)
    const after = Math.max(base, base + rows.length - count)
    for (const statement of restoration(after)) await run(statement)
    if (next !== undefined) await run(`update log set epoch = '${next}' where id = 0`)
    await run('commit')
    return { epoch, rows, after, at: Date.now() }
  })
}

/**
 * Reads the log of a server that no service can reach any more, including its last unacknowledged appends. Or of one that `end` ends:
 * until then nothing can be appended.
 */
export function readLast(
  databaseUrl: string,
  base: number,
  end: () => Promise<void> = async () => {},
): Promise<Pick<Retreat, 'epoch' | 'rows'>> {
  return withSession(databaseUrl, async (run) => {
    const last = await readLocked(run, base)
    await end()
    return last
  })
}

/** Leaves the transaction open, so that nothing can be appended meanwhile. */
async function readLocked(run: Run, base: number): Promise<Pick<Retreat, 'epoch' | 'rows'>> {
  await run('begin')
  const [log] = await run('select epoch from log where id = 0 for update')
  return { epoch: log?.['epoch'] ?? '', rows: await readRows(run, base) }
}

function restoration(after: number): string[] {
  return [
    `delete from message where position > ${after}`,
    `delete from idempotency where position > ${after}`,
    `delete from channel c where not exists
       (select from message m where m.log_id = c.log_id and m.channel = c.name)`,
    `update channel c set head = m.head, count = m.count
       from (select log_id, channel, max(position) as head, count(*) as count from message group by 1, 2) m
       where m.log_id = c.log_id and m.channel = c.name`,
    `update log set head = ${after},
       last_id = (select id from message where log_id = 0 and position = ${after}),
       last_at = coalesce((select max(sent_at) from message), 'epoch') where id = 0`,
  ]
}
