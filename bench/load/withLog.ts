import { LogReader } from '../../history/logReader.ts'

/** Does something with log 0 of a database. */
export async function withLog<T>(
  databaseUrl: string,
  work: (log: LogReader) => Promise<T>,
): Promise<T> {
  const log = new LogReader({ databaseUrl, logId: 0, connections: 1, onError: () => {} })
  try {
    return await work(log)
  } finally {
    await log.close()
  }
}
