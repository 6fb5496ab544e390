/** The closed list of problem types (RFC 9457). Clients branch on the slug that ends `type`. `retry`: a retry may succeed. */
export const PROBLEMS = {
  'invalid-channel': { status: 400, title: 'The channel name is not valid', retry: false },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid', retry: false },
  'invalid-event-id': { status: 400, title: 'The event id is not valid', retry: false },
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON', retry: false },
  'malformed-request': { status: 400, title: 'The request cannot be read', retry: false },
  unauthenticated: { status: 401, title: 'Sign in, or send a valid token', retry: false },
  forbidden: { status: 403, title: 'Forbidden', retry: false },
  'not-found': { status: 404, title: 'No such resource', retry: false },
  'message-not-found': { status: 404, title: 'No such message on this channel', retry: false },
  'method-not-allowed': {
    status: 405,
    title: 'This resource does not support the method',
    retry: false,
  },
  conflict: {
    status: 409,
    title: 'It does not fit what is there',
    retry: false,
  },
  'not-acceptable': {
    status: 406,
    title: 'No representation matches the Accept header',
    retry: false,
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive; try again',
    retry: true,
  },
  'too-large': { status: 413, title: 'The body is too large', retry: false },
  'misdirected-request': { status: 421, title: 'This host is not served here', retry: false },
  'unsupported-media-type': { status: 415, title: 'Send application/json', retry: false },
  'validation-failed': { status: 422, title: 'The body is not valid', retry: false },
  'idempotency-conflict': {
    status: 422,
    title: 'The idempotency key was used for another message',
    retry: false,
  },
  'rate-limited': { status: 429, title: 'Too many requests; try again later', retry: true },
  overloaded: { status: 503, title: 'Too many requests are waiting; try again soon', retry: true },
  unavailable: { status: 503, title: 'A backing service is away; try again soon', retry: true },
  'outcome-unknown': {
    status: 503,
    title: 'The message may or may not be stored; repeat it with the same idempotency key',
    retry: true,
  },
  internal: { status: 500, title: 'Internal error', retry: false },
} as const satisfies Record<string, { status: number; title: string; retry: boolean }>

export type ProblemType = keyof typeof PROBLEMS

/** One mistake in a request; `pointer` is a JSON pointer (RFC 6901) as a URI fragment, e.g. `#/data`. */
export interface Mistake {
  pointer: string
  detail: string
}

/** The wire form, `application/problem+json`. */
interface ProblemDetails {
  /** `/problems/<slug>`, relative to the origin that answered. */
  type: string
  title: string
  status: number
  detail?: string
  /** The request id, which the operator finds in the logs. */
  instance?: string
  errors?: Mistake[]
}

/** Throw it to end a request; the HTTP edge turns it into problem+json. The caller sees `detail`. */
export class Problem extends Error {
  readonly type: ProblemType
  readonly detail: string | undefined
  readonly errors: Mistake[] | undefined
  /** Seconds until a retry may succeed, if they are known. */
  readonly retryAfter: number | undefined

  constructor(
    type: ProblemType,
    detail?: string,
    options: { errors?: Mistake[]; cause?: unknown; retryAfter?: number } = {},
  ) {
    super(detail ?? PROBLEMS[type].title, { cause: options.cause })
    this.name = 'Problem'
    this.type = type
    this.detail = detail
    this.errors = options.errors
    this.retryAfter = options.retryAfter
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
