import type { Request, RequestHandler } from 'express'
import { checkLimit, showLimit, type SubjectOf } from '../chassis/limits/httpLimit.ts'
import { subjectKey, type Limit, rateLimited } from '../chassis/limits/limit.ts'

/** Of what a subject may read. The other half is for its pages. */
const SHARE = 0.5
/** Proxies close a connection on which nothing comes for 30 s. */
const MAX_PAUSE_MS = 20_000
const RETRY_MS = 10_000

/**
 * Limits exports, which are larger than what anybody may read at once: one at a time for each principal, or address if nobody signs in.
 * Each pays for its bytes as it goes, and is slowed down to half of what its subject may read.
 */
export class ExportLimit {
  readonly #limit: Limit
  readonly #subjectOf: SubjectOf
  readonly #running = new Set<string>()

  constructor(limit: Limit, subjectOf: SubjectOf) {
    this.#limit = limit
    this.#subjectOf = subjectOf
  }

  /** Exports that are running. */
  get size(): number {
    return this.#running.size
  }

  /** Wraps a handler that writes an export. */
  begin(handler: RequestHandler): RequestHandler {
    return (request, response, next) => {
      const subject = this.#subjectOf(request)
      const key = subjectKey(subject)
      checkLimit(this.#limit, subject, response)
      if (this.#running.has(key)) throw rateLimited('Another export of yours is running.', RETRY_MS)
      showLimit(this.#limit, subject, response)
      this.#running.add(key)
      response.once('close', () => this.#running.delete(key))
      return handler(request, response, next)
    }
  }

  /** The reader got so many bytes. For how many milliseconds it must then wait for more. */
  pay(request: Request, bytes: number): number {
    const subject = this.#subjectOf(request)
    this.#limit.take(subject, bytes)
    const ms = (bytes / (this.#limit.pointsPerSecond(subject) * SHARE)) * 1_000
    return Math.min(ms, MAX_PAUSE_MS)
  }
}
