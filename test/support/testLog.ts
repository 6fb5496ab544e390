import { openDatabase } from '../../history/database.ts'
import { LogWriter, type LogWriterOptions } from '../../history/logWriter.ts'
import type { Draft } from '../../history/types.ts'
import { v7 as uuid } from 'uuid'
import type { Opened } from './disposables.ts'

/** A LogWriter on a database, until the end of the test file. */
export function openLog(
  databaseUrl: string,
  opened: Opened,
  options: Partial<LogWriterOptions> = {},
): LogWriter {
  const history = new LogWriter({
    databaseUrl,
    logId: 0,
    connections: 4,
    appendQueueBytes: 10_000_000,
    keySeconds: 86_400,
    changeSeconds: 0,
    onError: () => {},
    ...options,
  })
  opened.add(() => history.close())
  return history
}

/** A draft with defaults for every field that does not matter. */
export function draft(given: Partial<Draft> = {}): Draft {
  return {
    id: uuid(),
    channel: 'lobby',
    type: 'message',
    sender: { id: 'alice', name: 'Alice' },
    data: '{"text":"hi"}',
    principal: given.sender?.id ?? 'alice',
    key: null,
    ...given,
  }
}

export type Sql = <Row = unknown>(text: string, ...values: unknown[]) => Promise<Row[]>

/** Runs SQL on a database, independent of the code under test. */
export function openSql(databaseUrl: string, opened: Opened, connections = 2): Sql {
  const database = openDatabase({ databaseUrl, connections, onError: () => {} })
  opened.add(() => database.$disconnect())
  return (text, ...values) => database.$queryRawUnsafe(text, ...values)
}

/** Divides an empty log 0 into partitions of `size` positions, made up to `upTo`. */
export async function cutIntoPartitions(sql: Sql, size: number, upTo: number): Promise<void> {
  await sql(`create or replace function "partition_size"() returns bigint language sql stable
    as 'select ${size}::bigint'`)
  await sql('drop table "message_0_10000000"')
  await sql(`select count(add_partitions(0::smallint, 1, ${upTo}))`)
}
