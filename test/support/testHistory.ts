import { openDatabase } from '../../history/database.ts'
import { History, type HistoryOptions } from '../../history/history.ts'
import type { Draft } from '../../history/types.ts'
import { v7 as uuid } from 'uuid'

interface Opened {
  add: (dispose: () => unknown) => void
}

/** A History on a database, closed with the test file. */
export function openHistory(
  databaseUrl: string,
  opened: Opened,
  options: Partial<HistoryOptions> = {},
): History {
  const history = new History({
    databaseUrl,
    logId: 0,
    connections: 4,
    maxWaitingBytes: 10_000_000,
    onError: () => {},
    ...options,
  })
  opened.add(() => history.close())
  return history
}

/** A draft of which only what matters is said. */
export function draft(given: Partial<Draft> = {}): Draft {
  return {
    id: uuid(),
    channel: 'lobby',
    type: 'message',
    sender: { id: 'alice', name: 'Alice' },
    data: '{"text":"hi"}',
    key: null,
    ...given,
  }
}

export type Sql = <Row = unknown>(text: string, ...values: unknown[]) => Promise<Row[]>

/** Looks into a database beside the code under test. */
export function openSql(databaseUrl: string, opened: Opened): Sql {
  const database = openDatabase({ databaseUrl, connections: 2, onError: () => {} })
  opened.add(() => database.$disconnect())
  return (text, ...values) => database.$queryRawUnsafe(text, ...values)
}
