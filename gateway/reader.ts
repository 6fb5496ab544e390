import type { Entry } from '../contract/message.ts'
import { renderMessage, type Frame } from './frame.ts'
import type { GatewayMetrics } from './metrics.ts'

/** What the reader needs of the recent copy; see Recent. */
export type ReadRecent = (
  epoch: string,
  channels: readonly string[],
  after: number,
  upTo: number,
  limit: number,
) => Promise<Entry[] | undefined>

/** What it needs of the log; see LogReader. */
export type ReadRange = (query: {
  epoch: string
  channels: readonly string[]
  after: number
  upTo: number
  limit: number
  maxBytes: number
}) => Promise<{ entries: Entry[]; upTo: number }>

export interface Page {
  frames: Frame[]
  /** Everything up to here is in the page. */
  upTo: number
}

export interface ReaderOptions {
  recent: ReadRecent
  range: ReadRange
  metrics: GatewayMetrics
  /** How long a page is kept for others who come back with the same cursor; 0: not at all. */
  keepMs: number
}

/** Messages in a page, and the bytes that it holds at most: what one stream that catches up costs in memory. */
const PAGE_MESSAGES = 200
const PAGE_BYTES = 512 * 1024
/** Pages kept at most: of half a megabyte each. */
const MAX_KEPT = 64
/** A storm of returning readers must not take the log's connections from everybody else. */
const MAX_READS = 8

/** Reads the past for streams: from the recent copy where that proves itself, else from the log. The same read is done once for all who ask. */
export class Reader {
  readonly #options: ReaderOptions
  readonly #underway = new Map<string, Promise<Page>>()
  readonly #queue: (() => void)[] = []
  #reads = 0

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** One page of the messages of these channels with `after < position <= upTo`. */
  read(epoch: string, channels: readonly string[], after: number, upTo: number): Promise<Page> {
    const key = [epoch, after, upTo, ...channels].join(' ')
    let page = this.#underway.get(key)
    if (page === undefined) {
      page = this.#read(epoch, channels, after, upTo)
      this.#underway.set(key, page)
      this.#forget(key, page)
    }
    return page
  }

  /** The past does not change, so a page that was read may serve a little longer; one that failed may not. */
  #forget(key: string, page: Promise<Page>): void {
    const forget = (): void => void this.#underway.delete(key)
    const keep = (): void => {
      const { keepMs } = this.#options
      if (keepMs === 0 || this.#underway.size > MAX_KEPT) forget()
      else setTimeout(forget, keepMs).unref()
    }
    page.then(keep, forget)
  }

  async #read(
    epoch: string,
    channels: readonly string[],
    after: number,
    upTo: number,
  ): Promise<Page> {
    await this.#takeTurn()
    try {
      const { recent, range, metrics } = this.#options
      const found = await recent(epoch, channels, after, upTo, PAGE_MESSAGES).catch(() => undefined)
      metrics.reads.inc({ source: found === undefined ? 'log' : 'recent' })
      if (found !== undefined) return toPage(epoch, found, upTo)
      const query = { epoch, channels, after, upTo, limit: PAGE_MESSAGES, maxBytes: PAGE_BYTES }
      const { entries, upTo: covered } = await range(query)
      return toPage(epoch, entries, covered)
    } finally {
      this.#reads--
      this.#queue.shift()?.()
    }
  }

  async #takeTurn(): Promise<void> {
    while (this.#reads >= MAX_READS) {
      await new Promise<void>((resolve) => this.#queue.push(resolve))
    }
    this.#reads++
  }
}

/** Cuts a page at its bytes; what is cut off is the beginning of the next one. */
function toPage(epoch: string, entries: readonly Entry[], upTo: number): Page {
  const frames: Frame[] = []
  let bytes = 0
  for (const entry of entries) {
    bytes += entry.json.length
    const last = frames.at(-1)
    if (last !== undefined && bytes > PAGE_BYTES) return { frames, upTo: last.position }
    frames.push(renderMessage(epoch, entry))
  }
  return { frames, upTo }
}
