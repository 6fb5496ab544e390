/**
 * The closed list of problem types (RFC 9457). The slug is the end of `type`; clients branch on it and not on the wording.
 * `retry` says whether the same request may succeed later without being changed.
 */
export const PROBLEMS = {
  'invalid-channel': { status: 400, title: 'That is not a channel name', retry: false },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid', retry: false },
  'invalid-event-id': { status: 400, title: 'That is not an event id', retry: false },
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON', retry: false },
  'malformed-request': { status: 400, title: 'The request cannot be read', retry: false },
  forbidden: { status: 403, title: 'Not allowed', retry: false },
  'not-found': { status: 404, title: 'There is nothing here', retry: false },
  'message-not-found': { status: 404, title: 'No such message on this channel', retry: false },
  'method-not-allowed': { status: 405, title: 'This method is not offered here', retry: false },
  'not-acceptable': {
    status: 406,
    title: 'This resource has no representation that you accept',
    retry: false,
  },
  'too-large': { status: 413, title: 'The body is too large', retry: false },
  'unsupported-media-type': { status: 415, title: 'Send application/json', retry: false },
  'validation-failed': {
    status: 422,
    title: 'The body does not have the right form',
    retry: false,
  },
  'idempotency-conflict': {
    status: 422,
    title: 'This idempotency key was used for another message',
    retry: false,
  },
  overloaded: { status: 503, title: 'Too much is waiting; try again soon', retry: true },
  unavailable: {
    status: 503,
    title: 'A service that this needs is away; try again soon',
    retry: true,
  },
  'outcome-unknown': {
    status: 503,
    title: 'The message may or may not be stored; repeat it with the same idempotency key',
    retry: true,
  },
  internal: { status: 500, title: 'Something went wrong on our side', retry: false },
} as const satisfies Record<string, { status: number; title: string; retry: boolean }>

export type ProblemType = keyof typeof PROBLEMS

/** One mistake in a body; `pointer` is a JSON pointer (RFC 6901) in URI fragment form, e.g. `#/data`. */
export interface Mistake {
  pointer: string
  detail: string
}

/** The wire form, `application/problem+json`. */
export interface ProblemDetails {
  /** `/problems/<slug>`: a reference relative to the origin that answered. */
  type: string
  title: string
  status: number
  detail?: string
  /** The request id, for the operator's logs. */
  instance?: string
  errors?: Mistake[]
}

/** Thrown wherever a request must end; the HTTP edge turns it into problem+json. `detail` is shown to the caller. */
export class Problem extends Error {
  readonly type: ProblemType
  readonly detail: string | undefined
  readonly errors: Mistake[] | undefined

  constructor(
    type: ProblemType,
    detail?: string,
    options: { errors?: Mistake[]; cause?: unknown } = {},
  ) {
    super(detail ?? PROBLEMS[type].title, { cause: options.cause })
    this.name = 'Problem'
    this.type = type
    this.detail = detail
    this.errors = options.errors
  }

  get status(): number {
    return PROBLEMS[this.type].status
  }

  toDetails(requestId?: string): ProblemDetails {
    return {
      type: `/problems/${this.type}`,
      title: PROBLEMS[this.type].title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(requestId === undefined ? {} : { instance: `/requests/${requestId}` }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    }
  }
}
