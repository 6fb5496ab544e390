import type { Request, Response } from 'express'
import { checkLimit, showLimit, type SubjectOf } from '../chassis/limits/httpLimit.ts'
import { type Limit, requireLimit, type Subject } from '../chassis/limits/limit.ts'
import type { Appended, Draft } from '../history/types.ts'
import type { Quotas } from './quotas.ts'

export interface PostLimitsOptions {
  subjectOf: SubjectOf
  limit: Limit
  quotas: Pick<Quotas, 'check' | 'count'>
}

const BYTES_PER_POINT = 4_096

/** What posts use, in the order of a post's steps. Each step but the last throws `rate-limited`. */
export class PostLimits {
  readonly #options: PostLimitsOptions

  constructor(options: PostLimitsOptions) {
    this.#options = options
  }

  /** Before the body is read: nobody who has nothing left is read for. */
  begin(request: Request, response: Response): Subject {
    const subject = this.#options.subjectOf(request)
    checkLimit(this.#options.limit, subject, response)
    return subject
  }

  /** A body was read: it is paid for, whatever is in it, and the answer says what is left. */
  read(subject: Subject, response: Response, bytes: number): void {
    try {
      this.pay(subject, bytes)
    } finally {
      this.show(subject, response)
    }
  }

  /** The answer says what is left. */
  show(subject: Subject, response: Response): void {
    showLimit(this.#options.limit, subject, response)
  }

  /** The same for content that came by any other way than as one request's body. */
  pay(subject: Subject, bytes: number): void {
    const { limit } = this.#options
    const cost = 1 + Math.floor(bytes / BYTES_PER_POINT)
    requireLimit(limit, subject, cost)
    limit.take(subject, cost)
  }

  /** Before the append. */
  store(subject: Subject, channel: string): Promise<void> {
    return this.#options.quotas.check(subject, channel)
  }

  stored(subject: Subject, { data }: Draft, { entry, repeated }: Appended): void {
    if (repeated) return
    this.#options.quotas.count(subject, data, entry.previous === 0)
  }
}
