import { Problem } from '../contract/problem.ts'
import { clockDifference, type Clocks } from './clocks.ts'
import { databaseProblem } from './databaseError.ts'
import { FairQueue, QueueBytes, type Queued } from './fairQueue.ts'
import type { Pool } from './pool.ts'
import { refusalProblem, type Refusal } from './refusal.ts'
import { toAppended, type AppendedRow } from './row.ts'
import type { Appended, Draft } from './types.ts'

interface Waiting extends Queued {
  draft: Draft
  resolve: (appended: Appended) => void
  reject: (error: unknown) => void
}

interface AnsweredRow extends AppendedRow {
  same: boolean
  clock: string
  refusal: Refusal | null
}

export interface AppenderOptions {
  logId: number
  /** Bounds the queue: beyond it, or half of it for one channel or principal, an append rejects at once with `overloaded`. */
  appendQueueBytes: number | QueueBytes
  /** How long an idempotency key is kept. */
  keySeconds: number
  /** How long authors may edit and delete what they wrote; 0: always. */
  changeSeconds: number
}

/** More in one call would gain little: these share the commit's cost already. And a failure takes the whole batch with it. */
const MAX_BATCH = 512
/** A batch is also one protocol message: this bounds its memory, and its time against the statement time-out. */
const MAX_BATCH_BYTES = 4_000_000

/**
 * Group commit. While one batch is being committed, new drafts wait, and all of them go into the next. So under load the batches
 * grow and each commit is shared; a single message waits for nothing. Each process has one batch at a time: a second one could
 * only wait for the first one's lock.
 */
export class Appender {
  clocks: Clocks = { difference: 0, lastAt: 0 }
  readonly #pool: Pool
  readonly #options: AppenderOptions
  readonly #waiting: FairQueue<Waiting>
  #busy = false

  constructor(pool: Pool, options: AppenderOptions) {
    this.#pool = pool
    this.#options = options
    const { appendQueueBytes: bytes } = options
    this.#waiting = new FairQueue(typeof bytes === 'number' ? new QueueBytes(bytes) : bytes)
  }

  append(draft: Draft): Promise<Appended> {
    const bytes = sizeOf(draft)
    const { channel, principal } = draft
    return new Promise((resolve, reject) => {
      if (!this.#waiting.push({ channel, principal, bytes, draft, resolve, reject })) {
        reject(new Problem('overloaded'))
      } else if (!this.#busy) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#busy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.take(MAX_BATCH, MAX_BATCH_BYTES)
      try {
        const rows = await this.#call(batch.map(({ draft }) => draft))
        batch.forEach((waiting, index) => settle(waiting, rows[index]))
      } catch (error) {
        const problem = databaseProblem(error)
        for (const { reject } of batch) reject(problem)
        // The drafts that came meanwhile were never sent. They are refused now, not after another time-out.
        if (problem.status === 503) this.#refuseWaiting()
      }
    }
    this.#busy = false
  }

  #refuseWaiting(): void {
    const all = this.#waiting.take(Infinity, Infinity)
    for (const { reject } of all) reject(new Problem('unavailable'))
  }

  async #call(drafts: Draft[]): Promise<AnsweredRow[]> {
    const { logId, keySeconds, changeSeconds } = this.#options
    // Null for most batches: then the database has nothing to check.
    const hasAbout = drafts.some(({ about }) => about !== undefined)
    const ofEach = <T>(read: (draft: Draft) => T): T[] | null =>
      hasAbout ? drafts.map(read) : null
    const before = Date.now()
    const rows = await this.#pool.query<AnsweredRow>(APPEND, [
      logId,
      drafts.map(({ id }) => id),
      drafts.map(({ channel }) => channel),
      drafts.map(({ type }) => type),
      drafts.map(({ sender }) => sender.id),
      drafts.map(({ sender }) => sender.name),
      drafts.map(({ data }) => data),
      drafts.map(({ principal }) => principal),
      drafts.map(({ key }) => key ?? ''),
      keySeconds,
      new Date(before).toISOString(),
      ofEach(({ about }) => about?.position ?? 0),
      ofEach(({ about }) => about?.as ?? ''),
      ofEach(({ isModerator }) => String(isModerator === true)),
      changeSeconds,
    ])
    this.#compareClocks(before, rows)
    return rows
  }

  #compareClocks(before: number, rows: readonly AnsweredRow[]): void {
    const shown = Date.parse(rows[0]?.clock ?? '') || before
    const times = rows.map(({ sent_at: sentAt }) => new Date(sentAt ?? 0).getTime())
    this.clocks = {
      difference: clockDifference(before, shown, Date.now()),
      lastAt: Math.max(this.clocks.lastAt, ...times),
    }
  }
}

const APPEND = `select * from append_messages(
  $1::smallint, $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::int, $11::timestamptz, $12::bigint[], $13::text[], $14::boolean[], $15::int)`

function settle({ resolve, reject }: Waiting, row: AnsweredRow | undefined): void {
  if (row === undefined) reject(new Problem('internal'))
  else if (row.refusal !== null) reject(refusalProblem(row.refusal))
  else if (!row.same) reject(new Problem('idempotency-conflict'))
  else resolve(toAppended(row))
}

/** Stored bytes; the constant stands for the row, and for the promise around it. */
function sizeOf({ channel, type, sender, data, key }: Draft): number {
  const texts = [channel, type, sender.id, sender.name, data, key ?? '']
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 300)
}
