import { once } from 'node:events'
import { openDatabase } from '../../history/database.ts'

interface Opened {
  add: (dispose: () => unknown) => void
}

/** Locks as another session would, until it is released; the log's row, unless another statement is given. */
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
        // Postgres ends a transaction that is idle for longer.
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
