import { isObject, parseJson } from './typeGuards.ts'
import { type Mistake, Problem, type ProblemType, isProblemType } from '../../contract/problem.ts'

/** The problem for a proxy's own error page, which does not use our problem types. */
const BY_STATUS: Partial<Record<number, ProblemType>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  429: 'rate-limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** The problem that a failed answer states, or the one for its status. Reads the body. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback =
    BY_STATUS[response.status] ?? (response.status < 500 ? 'malformed-request' : 'internal')
  // An incomplete body must not hide the status, which has arrived.
  const body = parseJson(await response.text().catch(() => ''))
  const wait = retryAfterOf(response)
  if (!isObject(body)) return new Problem(fallback, undefined, wait)
  const { type, title, detail, errors } = body
  const options = typeof title === 'string' ? { ...wait, title } : wait
  const slug = typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : ''
  return new Problem(
    isProblemType(slug) ? slug : fallback,
    typeof detail === 'string' ? detail : undefined,
    Array.isArray(errors) ? { ...options, errors: errors.filter(isMistake) } : options,
  )
}

/** A wait as a date is rare, and needs the clocks of both sides. It counts as none. */
function retryAfterOf({ headers }: Response): { retryAfter?: number } {
  const seconds = headers.get('retry-after') ?? ''
  return /^\d{1,9}$/.test(seconds) ? { retryAfter: Number(seconds) } : {}
}

function isMistake(value: unknown): value is Mistake {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.detail === 'string'
}
