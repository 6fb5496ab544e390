import type { Answer } from '../rawHttp.ts'
import { isSafeProblem } from '../safeProblem.ts'
import type { FuzzRequest } from './randomRequest.ts'

/** The one 5xx that a request may get: so many came at once that the service's bound on them was reached. */
const EXPLAINED = /"type":"\/problems\/overloaded"/
/** A result of one message of many. */
const RESULT = /\{"status":5\d\d,"problem":\{[^{}]*/g
const IS_HTTP = /^[^\r\n]* HTTP\/1\.[01]\r?\n/
const STREAM = /^(?::|retry:|id:|event:(?:ready|goodbye|reset))/m

/** What is wrong with an answer; undefined if nothing is. No answer: the connection was closed. */
export function faultOf(
  { method, bytes }: FuzzRequest,
  answer: Answer | undefined,
): string | undefined {
  if (answer === undefined) return IS_HTTP.test(bytes) ? 'no answer' : undefined
  const { status, headers, body } = answer
  if (status >= 500) return status === 503 && EXPLAINED.test(body) ? undefined : `status ${status}`
  if (status >= 400)
    return isSafeProblem(answer, method) ? undefined : `a ${status} that is no problem`
  if (headers.get('x-content-type-options') !== 'nosniff') return 'no nosniff'
  const results = method === 'POST' ? (body.match(RESULT) ?? []) : []
  const failed = results.find((each) => !EXPLAINED.test(each))
  if (failed !== undefined) return `a message that failed: ${failed}`
  const isStream = headers.get('content-type') === 'text/event-stream'
  if (isStream && method === 'GET' && !STREAM.test(body)) return 'a stream that begins otherwise'
  return undefined
}
