import { once } from 'node:events'
import { openDatabase } from '../../history/database.ts'
import type { Opened } from './disposables.ts'

/** Holds a lock in another session until it is released: on the log's row, or with another statement. */
export async function holdLock(
  opened: Opened,
  url: string,
  statement = 'select from "log" for update',
): Promise<() => Promise<void>> {
  const database = openDatabase({ databaseUrl: url, connections: 1, onError: () => {} })
  opened.add(() => database.$disconnect())
  const end = new AbortController()
  const released = once(end.signal, 'abort')
  let done: Promise<unknown> | undefined
  await new Promise<void>((locked, failed) => {
    done = database.$transaction(
      async (transaction) => {
        await transaction.$queryRawUnsafe(statement)
        // Postgres ends a transaction that is idle for too long.
        const busy = setInterval(() => void transaction.$queryRawUnsafe('select 1'), 1_000)
        locked()
        await released
        clearInterval(busy)
      },
      { timeout: 60_000 },
    )
    done.catch(failed)
  })
  return async () => {
    end.abort()
    await done
  }
}
