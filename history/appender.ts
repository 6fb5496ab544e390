import { Problem } from '../contract/problem.ts'
import { clockDifference, type Clocks } from './clocks.ts'
import { Prisma, type Database } from './database.ts'
import { databaseProblem } from './databaseError.ts'
import { FairQueue, type Queued } from './fairQueue.ts'
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
  clock: Date
  refusal: Refusal | null
}

export interface AppenderOptions {
  logId: number
  /** Bounds the queue: beyond it, or half of it for one channel or principal, an append rejects at once with `overloaded`. */
  appendQueueBytes: number
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
  readonly #database: Database
  readonly #options: AppenderOptions
  readonly #waiting: FairQueue<Waiting>
  #busy = false

  constructor(database: Database, options: AppenderOptions) {
    this.#database = database
    this.#options = options
    this.#waiting = new FairQueue(options.appendQueueBytes)
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
    const rows = await this.#database.$queryRaw<AnsweredRow[]>(Prisma.sql`
      select * from append_messages(
        ${logId}::smallint,
        ${drafts.map((draft) => draft.id)}::uuid[],
        ${drafts.map((draft) => draft.channel)}::text[],
        ${drafts.map((draft) => draft.type)}::text[],
        ${drafts.map((draft) => draft.sender.id)}::text[],
        ${drafts.map((draft) => draft.sender.name)}::text[],
        ${drafts.map((draft) => draft.data)}::text[],
        ${drafts.map((draft) => draft.principal)}::text[],
        ${drafts.map((draft) => draft.key ?? '')}::text[],
        ${keySeconds}::int,
        ${new Date(before)}::timestamptz,
        ${ofEach(({ about }) => about?.position ?? 0)}::bigint[],
        ${ofEach(({ about }) => about?.as ?? '')}::text[],
        ${ofEach(({ isModerator }) => isModerator === true)}::boolean[],
        ${changeSeconds}::int)`)
    this.#compareClocks(before, rows)
    return rows
  }

  #compareClocks(before: number, rows: readonly AnsweredRow[]): void {
    const shown = rows[0]?.clock.getTime() ?? before
    const times = rows.map(({ sent_at: sentAt }) => new Date(sentAt ?? 0).getTime())
    this.clocks = {
      difference: clockDifference(before, shown, Date.now()),
      lastAt: Math.max(this.clocks.lastAt, ...times),
    }
  }
}

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
