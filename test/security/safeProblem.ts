import { PROBLEMS } from '../../contract/problem.ts'
import { ROOT } from '../../stack/root.ts'
import type { Answer } from './rawHttp.ts'

/** What only the inside of a server says. */
const INSIDE = new RegExp(
  `${ROOT}|node_modules|\\n +at |prisma|postgres|redis|nginx/\\d|select `,
  'i',
)

/** Whether an answer of 4xx or 5xx is a problem of the list, with its status, which nobody keeps, and which tells nothing of the inside. */
export function isSafeProblem({ status, headers, body }: Answer, method = 'GET'): boolean {
  const hasHeaders =
    headers.get('content-type')?.startsWith('application/problem+json') === true &&
    headers.get('cache-control') === 'no-store' &&
    headers.get('x-content-type-options') === 'nosniff'
  if (method === 'HEAD' || !hasHeaders) return hasHeaders
  const [, slug = ''] = /^\{"type":"\/problems\/([a-z-]+)"/.exec(body) ?? []
  const known = Object.entries(PROBLEMS).find(([type]) => type === slug)
  // A service has none for a request that it cannot read.
  const [, id] = /"instance":"\/requests\/([^"]*)"/.exec(body) ?? []
  const isFound = id === undefined || id === headers.get('x-request-id')
  return known?.[1].status === status && isFound && !INSIDE.test(body)
}
