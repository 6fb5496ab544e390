import { Problem } from '../contract/problem.ts'
import { clockDifference, type Clocks } from './clocks.ts'
import { databaseProblem } from './databaseError.ts'
import { FairQueue, QueueBytes, type Queued } from './fairQueue.ts'
import type { Pipeline } from './pipeline.ts'
import { refusalProblem, type Refusal } from './refusal.ts'
import { toAppended, toISO, type AppendedRow } from './row.ts'
import type { Appended, Draft } from './types.ts'

interface Waiting extends Queued {
  draft: Draft
  resolve: (appended: Appended) => void
  reject: (error: unknown) => void
}

/** What is the draft's own is null, but for a repeat: the first message's is taken. */
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

/** Batches under way at once: while this process goes through the answer to one, the database works on the next. */
const MAX_UNDER_WAY = 2
/** What makes a second one worth its commit. Half a batch never came together from 256 clients that each wait for their answers. */
const QUARTER_BATCH = MAX_BATCH / 4

/**
 * Group commit. While one batch is being committed, new drafts wait, and all of them go into the next. So under load the batches
 * grow and each commit is shared; a single message waits for nothing. A batch that is a quarter full goes at once, behind the one
 * under way.
 */
export class Appender {
  clocks: Clocks = { difference: 0, lastAt: 0 }
  readonly #pipeline: Pick<Pipeline, 'query'>
  readonly #options: AppenderOptions
  readonly #waiting: FairQueue<Waiting>
  /** Batches, and drafts in them. */
  readonly #underWay = { batches: 0, drafts: 0 }

  constructor(pipeline: Pick<Pipeline, 'query'>, options: AppenderOptions) {
    this.#pipeline = pipeline
    this.#options = options
    const { appendQueueBytes: bytes } = options
    this.#waiting = new FairQueue(typeof bytes === 'number' ? new QueueBytes(bytes) : bytes)
  }

  /** How much there is to append, in full batches: 0 if there is nothing. */
  get load(): number {
    return (this.#underWay.drafts + this.#waiting.length) / MAX_BATCH
  }

  append(draft: Draft): Promise<Appended> {
    const bytes = sizeOf(draft)
    const { channel, principal } = draft
    return new Promise((resolve, reject) => {
      if (!this.#waiting.push({ channel, principal, bytes, draft, resolve, reject })) {
        reject(new Problem('overloaded'))
      } else this.#send()
    })
  }

  #send(): void {
    const { length } = this.#waiting
    const most = length < QUARTER_BATCH ? 1 : MAX_UNDER_WAY
    if (length === 0 || this.#underWay.batches >= most) return
    void this.#commit(this.#waiting.take(MAX_BATCH, MAX_BATCH_BYTES))
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    this.#underWay.batches++
    this.#underWay.drafts += batch.length
    try {
      const rows = await this.#call(batch.map(({ draft }) => draft))
      // Once the next batch has gone: these answers take as long as the database takes for a batch.
      setImmediate(() => batch.forEach((waiting, index) => settle(waiting, rows[index])))
    } catch (error) {
      const problem = databaseProblem(error)
      for (const { reject } of batch) reject(problem)
      // The drafts that came meanwhile were never sent. They are refused now, not after another time-out.
      if (problem.status === 503) this.#refuseWaiting()
    }
    this.#underWay.batches--
    this.#underWay.drafts -= batch.length
    this.#send()
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
    const rows = await this.#pipeline.query<AnsweredRow>(APPEND, [
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
    const shown = Date.parse(toISO(rows[0]?.clock ?? before))
    // A refused draft has no time; all that are new have the same one.
    const sent = new Set(rows.map(({ sent_at: sentAt }) => sentAt))
    const times = [...sent].map((time) => Date.parse(toISO(time ?? 0)))
    this.clocks = {
      difference: clockDifference(before, shown, Date.now()),
      lastAt: Math.max(this.clocks.lastAt, ...times),
    }
  }
}

/** What the draft has already is not sent back: that would be half of the answer. */
const APPEND = `select "epoch", "link", "repeated", "same", "position", "previous", "sent_at"::text, "clock"::text, "refusal", "channel",
  case when "repeated" then "id" end as "id", case when "repeated" then "type" end as "type",
  case when "repeated" then "sender_id" end as "sender_id", case when "repeated" then "sender_name" end as "sender_name",
  case when "repeated" then "data" end as "data", "about", "about_as", "deleted"
  from append_messages(
  $1::smallint, $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::int, $11::timestamptz, $12::bigint[], $13::text[], $14::boolean[], $15::int)`

function settle({ draft, resolve, reject }: Waiting, row: AnsweredRow | undefined): void {
  if (row === undefined) reject(new Problem('internal'))
  else if (row.refusal !== null) reject(refusalProblem(row.refusal))
  else if (!row.same) reject(new Problem('idempotency-conflict'))
  else resolve(toAppended(row, row.repeated ? undefined : draft))
}

/** Stored bytes; the constant stands for the row, and for the promise around it. */
function sizeOf({ channel, type, sender, data, key }: Draft): number {
  return 300 + Buffer.byteLength(channel + type + sender.id + sender.name + data + (key ?? ''))
}
