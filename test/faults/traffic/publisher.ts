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
  body: string
  hash: string
}

const TICK_MS = 20
const RETRY_MS = 200
const ANSWER_WITHIN_MS = 15_000
/** The most unsettled posts at once; above it no new ones begin. */
const MAX_OPEN = 400
/** One post in this many is repeated after its answer, like a sender that lost the answer. */
const REPEAT_ONE_IN = 40

/**
 * Posts at a steady rate, each message with its own key. A post without a definite answer is repeated with the same key, to the next
 * address, until it has one.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: 60_000 })
  readonly #open = new Set<Promise<void>>()
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
    await Promise.all(this.#open)
  }

  /** Waits until every post has a definite answer, or time is up: the rest stay unknown. */
  async settle(withinMs: number): Promise<void> {
    this.pause()
    const late = sleep(withinMs, undefined, { ref: false }).then(() => (this.#givesUp = true))
    await Promise.race([Promise.all(this.#open), late])
    await Promise.all(this.#open)
    this.#agent.destroy()
  }

  #tick(): void {
    const now = performance.now()
    this.#due += ((now - this.#last) / 1_000) * this.#options.rate
    this.#last = now
    // After a stall it does not catch up: the rate stays the rate.
    this.#due = Math.min(this.#due, Math.max(1, this.#options.rate / 5))
    for (; this.#due >= 1; this.#due--) {
      if (this.#open.size >= MAX_OPEN) continue
      const posting = this.#post(this.#draft())
      this.#open.add(posting)
      void posting.finally(() => this.#open.delete(posting))
    }
  }

  #draft(): Draft {
    const { channels, random, padding } = this.#options
    const data = JSON.stringify({ number: ++this.#number, text: 'ü'.repeat(padding) })
    const body = `{"data":${data}}`
    return { key: randomUUID(), channel: random.pick(channels), body, hash: hashOf(data) }
  }

  async #post(draft: Draft): Promise<void> {
    for (;;) {
      const outcome = await this.#attempt(draft)
      const isDefinite = outcome !== 'unknown' && outcome !== 'failed'
      if (isDefinite || this.#givesUp) break
      await sleep(RETRY_MS * (0.5 + this.#options.random.next()))
    }
    if (this.#options.random.between(1, REPEAT_ONE_IN) === 1) await this.#attempt(draft)
  }

  async #attempt({ key, channel, body, hash }: Draft): Promise<PostOutcome> {
    const { origins, write } = this.#options
    const via = origins[this.#turn++ % origins.length] ?? ''
    const at = Date.now()
    const answer = await this.#send(`${via}/channels/${channel}/messages`, key, body)
    write({ t: 'post', at, ms: Date.now() - at, key, channel, hash, via, ...answer })
    return answer.outcome
  }

  #send(url: string, key: string, body: string): Promise<Answer> {
    return new Promise((resolve) => {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
      const headers = {
        'content-type': 'application/json',
        ...this.#options.headers,
        'idempotency-key': key,
      }
      const sent = request(url, { method: 'POST', agent: this.#agent, headers, signal })
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
