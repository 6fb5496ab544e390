import type { Entry } from '../contract/message.ts'
import type { Page, PageQuery } from '../history/types.ts'
import type { ReadChunk } from './readInTurn.ts'

/** A message with what it is put in order by. */
interface Next {
  entry: Entry
  sentAt: string
}

/** The part of one log in a read over several: a page, or page after page. */
export class LogPart {
  readonly log: number
  readonly query: PageQuery
  /** The first page: what it says beside its messages is of one moment. */
  readonly first: Page
  readonly #read: ReadChunk
  /** Whether it reads page after page, up to the head that the first one has. */
  readonly #isEndless: boolean
  #page: Page
  #chunk: Page
  #at = 0
  #next: Next | undefined
  /** The positions of the first and the last message that were taken. */
  firstTaken: number | undefined
  lastTaken: number | undefined

  constructor(
    log: number,
    {
      query,
      first,
      read,
      isEndless = false,
    }: { query: PageQuery; first: Page; read: ReadChunk; isEndless?: boolean },
  ) {
    this.log = log
    this.query = query
    this.first = first
    this.#page = first
    this.#chunk = first
    this.#read = read
    this.#isEndless = isEndless
  }

  /** The message that comes next; undefined if none is read, see `hasUnread`. */
  get next(): Next | undefined {
    const entry = this.#chunk.entries[this.#at]
    if (entry === undefined) return undefined
    return (this.#next ??= { entry, sentAt: sentAtOf(entry) })
  }

  take(): void {
    const { entry } = this.next ?? {}
    if (entry === undefined) return
    this.firstTaken ??= entry.position
    this.lastTaken = entry.position
    this.#at++
    this.#next = undefined
  }

  /** Whether `readOn` reads more. */
  get hasUnread(): boolean {
    return this.#chunk.rest !== undefined || (this.#isEndless && this.#page.more)
  }

  /** Whether there may be more that this read does not get. */
  get isCut(): boolean {
    return !this.#isEndless && this.#page.more
  }

  /** Where the query goes on if all was taken; undefined if there was nothing. */
  get end(): number | undefined {
    return this.#page.end
  }

  /** False if the reader has left. */
  async readOn(): Promise<boolean> {
    const { rest } = this.#chunk
    const chunk = await this.#read(rest ?? following(this.query, this.first, this.#page))
    if (chunk === undefined) return false
    if (rest === undefined) this.#page = chunk
    this.#chunk = chunk
    this.#at = 0
    return true
  }
}

/** The page after this one, up to the head that the first one has, and only of its log. */
export function following(query: PageQuery, { epoch, head }: Page, { end }: Page): PageQuery {
  const before = Math.min(query.before ?? Infinity, head + 1)
  return { ...query, after: end, before, epoch }
}

/** When a message was sent, as RFC 3339 in milliseconds. Within a log none is older than the one before it. */
export function sentAtOf({ json }: Entry): string {
  const { sentAt }: { sentAt: string } = JSON.parse(json)
  return sentAt
}
