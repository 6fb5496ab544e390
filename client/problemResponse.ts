import { isObject, parseJson } from './typeGuards.ts'
import { type Mistake, PROBLEMS, Problem, type ProblemType } from '../contract/problem.ts'

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
  if (!isObject(body)) return new Problem(fallback)
  const { type, detail, errors } = body
  const slug = typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : ''
  return new Problem(
    isProblemType(slug) ? slug : fallback,
    typeof detail === 'string' ? detail : undefined,
    Array.isArray(errors) ? { errors: errors.filter(isMistake) } : {},
  )
}

function isMistake(value: unknown): value is Mistake {
  return isObject(value) && typeof value.pointer === 'string' && typeof value.detail === 'string'
}

function isProblemType(slug: string): slug is ProblemType {
  return Object.hasOwn(PROBLEMS, slug)
}

/** Whether asking again is useless. */
export function isFinal({ type, status }: Problem): boolean {
  return status < 500 && !PROBLEMS[type].retry
}
