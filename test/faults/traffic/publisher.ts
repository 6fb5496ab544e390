import { Agent, request } from 'node:http'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../model/random.ts'
import { hashOf } from '../rig/database.ts'
import type { PostOutcome, PostRecord } from '../judge/records.ts'

interface PublisherOptions {
  /** Origins of the edge and of the ingests; each attempt goes to the next one. */
  origins: readonly string[]
  channels: readonly string[]
  /** How many logs there are, and which a channel is in; default: one. */
  logs?: number
  logOf?: (channel: string) => number
  /** Posts a second. */
  rate: number
  /** Characters of padding in a body. */
  padding: number
  /** Whose posts they are. */
  headers: Record<string, string>
  random: Random
  write: (record: PostRecord) => void
}

interface Draft {
  key: string
  channel: string
  log: number
  body: string
  hash: string
}

const TICK_MS = 20
const RETRY_MS = 200
/** Then it tries again as seldom as this many times that. */
const MOST_RETRY_TIMES = 5
const ANSWER_WITHIN_MS = 15_000
/** The most unsettled posts at once, an equal part for each log; above it no new ones begin. */
const MAX_OPEN = 400
/** Of each log to each address: posts that wait for a log that is away keep no place of others. */
const MAX_SOCKETS = 64
/** One post in this many is repeated after its answer, like a sender that lost the answer. */
const REPEAT_ONE_IN = 40

/**
 * Posts at a steady rate, each message with its own key. A post without a definite answer is repeated with the same key, to the next
 * address, until it has one.
 */
export class Publisher {
  readonly #options: PublisherOptions
  /** By log. */
  readonly #agents = new Map<number, Agent>()
  readonly #open = new Map<Promise<void>, number>()
  #timer: NodeJS.Timeout | undefined
  #turn = 0
  #number = 0
  #due = 0
  #last = 0
  #givesUp = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  get posted(): number {
    return this.#number
  }

  start(): void {
    this.#last = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Begins no new posts. */
  pause(): void {
    clearInterval(this.#timer)
  }

  /** Begins no new posts, and resolves when all posts have their answers. */
  async quiet(): Promise<void> {
    this.pause()
    await Promise.all(this.#open.keys())
  }

  /** Waits until every post has a definite answer, or time is up: the rest stay unknown. */
  async settle(withinMs: number): Promise<void> {
    this.pause()
    const late = sleep(withinMs, undefined, { ref: false }).then(() => (this.#givesUp = true))
    await Promise.race([Promise.all(this.#open.keys()), late])
    await Promise.all(this.#open.keys())
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #tick(): void {
    const now = performance.now()
    this.#due += ((now - this.#last) / 1_000) * this.#options.rate
    this.#last = now
    // After a stall it does not catch up: the rate stays the rate.
    this.#due = Math.min(this.#due, Math.max(1, this.#options.rate / 5))
    for (; this.#due >= 1; this.#due--) {
      const draft = this.#draft()
      if (draft === undefined) continue
      const posting = this.#post(draft)
      this.#open.set(posting, draft.log)
      void posting.finally(() => this.#open.delete(posting))
    }
  }

  /** Undefined if enough of its log are unsettled. */
  #draft(): Draft | undefined {
    const { channels, logs = 1, logOf = () => 0, random, padding } = this.#options
    const channel = random.pick(channels)
    const log = logOf(channel)
    const open = [...this.#open.values()].filter((each) => each === log).length
    if (open >= MAX_OPEN / logs) return undefined
    const data = JSON.stringify({ number: ++this.#number, text: 'ü'.repeat(padding) })
    const body = `{"data":${data}}`
    return { key: randomUUID(), channel, log, body, hash: hashOf(data) }
  }

  async #post(draft: Draft): Promise<void> {
    for (let times = 1; ; times++) {
      const outcome = await this.#attempt(draft)
      const isDefinite = outcome !== 'unknown' && outcome !== 'failed'
      if (isDefinite || this.#givesUp) break
      const wait = RETRY_MS * Math.min(times, MOST_RETRY_TIMES)
      await sleep(wait * (0.5 + this.#options.random.next()))
    }
    if (this.#options.random.between(1, REPEAT_ONE_IN) === 1) await this.#attempt(draft)
  }

  async #attempt({ key, channel, log, body, hash }: Draft): Promise<PostOutcome> {
    const { origins, write } = this.#options
    const via = origins[this.#turn++ % origins.length] ?? ''
    const at = Date.now()
    const answer = await this.#send(`${via}/channels/${channel}/messages`, log, key, body)
    write({ t: 'post', at, ms: Date.now() - at, key, channel, hash, via, ...answer })
    return answer.outcome
  }

  #send(url: string, log: number, key: string, body: string): Promise<Answer> {
    const agent = this.#agents.get(log) ?? newAgent()
    this.#agents.set(log, agent)
    return new Promise((resolve) => {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
      const headers = {
        'content-type': 'application/json',
        ...this.#options.headers,
        'idempotency-key': key,
      }
      const sent = request(url, { method: 'POST', agent, headers, signal })
      const fail = (error: Error) => resolve({ outcome: 'unknown', status: 0, why: error.message })
      sent.on('error', fail)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('error', fail)
        response.on('end', () => resolve(readAnswer(response.statusCode ?? 0, text)))
      })
      sent.end(body)
    })
  }
}

function newAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, timeout: 60_000 })
}

type Answer = Pick<PostRecord, 'outcome' | 'status' | 'why' | 'position' | 'id'>

function readAnswer(status: number, text: string): Answer {
  let parsed: { position?: number; id?: string; type?: string }
  try {
    parsed = JSON.parse(text)
  } catch {
    return { outcome: 'unknown', status, why: 'the answer is not JSON' }
  }
  if (status === 200 || status === 201) {
    const { position = 0, id = '' } = parsed
    return { outcome: status === 201 ? 'created' : 'repeated', status, position, id }
  }
  const why = parsed.type ?? ''
  const isUnknown = why.endsWith('/outcome-unknown') || why.endsWith('/internal')
  if (status >= 500) return { outcome: isUnknown ? 'unknown' : 'failed', status, why }
  return { outcome: 'refused', status, why }
}
