/** The closed list of problem types (RFC 9457). Clients branch on the slug that ends `type`. */
const STATUSES = {
  'invalid-channel': 400,
  'invalid-parameter': 400,
  'invalid-event-id': 400,
  'malformed-json': 400,
  'malformed-request': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'message-not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'not-acceptable': 406,
  'request-timeout': 408,
  'too-large': 413,
  'misdirected-request': 421,
  'unsupported-media-type': 415,
  'validation-failed': 422,
  'idempotency-conflict': 422,
  'rate-limited': 429,
  overloaded: 503,
  unavailable: 503,
  'outcome-unknown': 503,
  internal: 500,
} as const

export type ProblemType = keyof typeof STATUSES

const TITLES: Readonly<Record<ProblemType, string>> = {
  'invalid-channel': 'The channel name is not valid',
  'invalid-parameter': 'A parameter is not valid',
  'invalid-event-id': 'The event id is not valid',
  'malformed-json': 'The body is not well-formed JSON',
  'malformed-request': 'The request cannot be read',
  unauthenticated: 'Sign in, or send a valid token',
  forbidden: 'Forbidden',
  'not-found': 'No such resource',
  'message-not-found': 'No such message on this channel',
  'method-not-allowed': 'This resource does not support the method',
  conflict: 'It does not fit what is there',
  'not-acceptable': 'No representation matches the Accept header',
  'request-timeout': 'The request took too long to arrive; try again',
  'too-large': 'The body is too large',
  'misdirected-request': 'This host is not served here',
  'unsupported-media-type': 'Send application/json',
  'validation-failed': 'The body is not valid',
  'idempotency-conflict': 'The idempotency key was used for another message',
  'rate-limited': 'Too many requests; try again later',
  overloaded: 'Too many requests are waiting; try again soon',
  unavailable: 'A backing service is away; try again soon',
  'outcome-unknown':
    'The message may or may not be stored; repeat it with the same idempotency key',
  internal: 'Internal error',
}

interface ProblemKind {
  status: number
  title: string
  /** A retry may succeed. */
  retry: boolean
}

export const isProblemType = (slug: string): slug is ProblemType => Object.hasOwn(STATUSES, slug)
const mayRetry = (status: number): boolean => [408, 429, 503].includes(status)

/** All of them. Clients that only read problems do without the titles: each answer brings its own. */
export const PROBLEMS: Readonly<Record<ProblemType, ProblemKind>> = /* @__PURE__ */ kinds()

function kinds(): Record<ProblemType, ProblemKind> {
  const all: Partial<Record<ProblemType, ProblemKind>> = {}
  for (const [slug, status] of Object.entries(STATUSES)) {
    if (isProblemType(slug)) all[slug] = { status, title: TITLES[slug], retry: mayRetry(status) }
  }
  if (!isWhole(all)) throw new TypeError('a problem without a title')
  return all
}

function isWhole(
  all: Partial<Record<ProblemType, ProblemKind>>,
): all is Record<ProblemType, ProblemKind> {
  return Object.keys(all).length === Object.keys(STATUSES).length
}

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
    options: { errors?: Mistake[]; cause?: unknown; retryAfter?: number; title?: string } = {},
  ) {
    super(detail ?? options.title ?? type, { cause: options.cause })
    this.name = 'Problem'
    this.type = type
    this.detail = detail
    this.errors = options.errors
    this.retryAfter = options.retryAfter
  }

  get status(): number {
    return STATUSES[this.type]
  }

  /** Whether the same request may succeed later. */
  get mayRetry(): boolean {
    return mayRetry(this.status)
  }
}

/** The wire form. A function, so that clients need not have it. */
export function problemDetails(
  { type, status, detail, errors }: Problem,
  requestId?: string,
): ProblemDetails {
  return {
    type: `/problems/${type}`,
    title: TITLES[type],
    status,
    ...(detail === undefined ? {} : { detail }),
    ...(requestId === undefined ? {} : { instance: `/requests/${requestId}` }),
    ...(errors === undefined ? {} : { errors }),
  }
}
