import { PrismaPg } from '@prisma/adapter-pg'
import { pause } from './publisher.ts'

/** What the applications of one run share. */
export interface ApplicationRun {
  databaseUrl: string
  channels: readonly string[]
  /** Calls of causeway_publish, in all transactions together. */
  calls: number
  /** A second, over all applications that are not slow. */
  perSecond: number
  /** In milliseconds: when the transaction that published a number was about to commit; 0: it did not. */
  committing: Float64Array
  /** Ends it before all calls are made. */
  over?: AbortSignal
}

/** Of a run, so far. */
export interface Published {
  calls: number
  committed: number
}

/** The table of the applications: its rows and the messages must be the same. */
export const ORDERS = 'bench_order'

/** Calls in one transaction, at most. */
const MOST_CALLS = 20
/** One transaction in so many is rolled back. */
const ROLLED_BACK = 10
/** Seconds for which a slow transaction stays open, at most. */
const LONGEST = 4
/** Share of the calls that slow applications may make. */
const SLOW_SHARE = 0.05

/**
 * Applications that write rows of their own and publish a message for each in the same transaction, on several connections at
 * once. Some transactions are rolled back; those of the slow applications stay open for seconds.
 */
export async function runApplications(
  run: ApplicationRun,
  counts: { usual: number; slow: number },
  published: Published,
): Promise<void> {
  const start = performance.now()
  const slowCalls = Math.floor(run.calls * SLOW_SHARE)
  let [next, slow] = [0, 0]
  const take = (isSlow: boolean): { from: number; count: number } | undefined => {
    const count = Math.min(1 + Math.floor(Math.random() * MOST_CALLS), run.calls - next)
    if (run.over?.aborted === true || count === 0 || (isSlow && slow > slowCalls)) return undefined
    if (isSlow) slow += count
    next += count
    return { from: next - count, count }
  }
  const work = async (isSlow: boolean): Promise<void> => {
    const pool = new PrismaPg({ connectionString: run.databaseUrl, max: 1, idleTimeoutMillis: 0 })
    const connection = await pool.connect()
    try {
      for (let part = take(isSlow); part !== undefined; part = take(isSlow)) {
        if (!isSlow) await until(start + ((part.from - slow) / run.perSecond) * 1_000)
        await connection.executeScript(`begin; ${sqlOf(run, part)}`)
        if (isSlow) await pause(Math.random() * LONGEST * 1_000)
        const isKept = Math.random() * ROLLED_BACK >= 1
        if (isKept) run.committing.fill(performance.now(), part.from, part.from + part.count)
        await connection.executeScript(isKept ? 'commit' : 'rollback')
        published.calls += part.count
        if (isKept) published.committed += part.count
      }
    } finally {
      await connection.dispose()
    }
  }
  const kinds = [...Array(counts.usual).fill(false), ...Array(counts.slow).fill(true)]
  await Promise.all(kinds.map(work))
}

function sqlOf({ channels }: ApplicationRun, part: { from: number; count: number }): string {
  const names = channels.map((name) => `'${name}'`).join()
  return `
    insert into ${ORDERS} select generate_series(${part.from}, ${part.from + part.count - 1});
    select causeway_publish((array[${names}])[1 + n % ${channels.length}], ('{"number":' || n || '}')::json, sender => 'service:bench')
    from generate_series(${part.from}, ${part.from + part.count - 1}) n`
}

async function until(time: number): Promise<void> {
  while (performance.now() < time) await pause(Math.min(50, Math.max(1, time - performance.now())))
}
