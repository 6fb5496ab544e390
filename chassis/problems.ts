import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { Problem, problemDetails } from '../contract/problem.ts'
import type { Logger } from './logger.ts'

/** Ends every failed request. An error that is no Problem is logged with its stack; the caller gets only the request id. */
export function createProblemHandler(): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = toProblem(error)
    logProblem(request.log, problem)
    if (response.headersSent) {
      // Half an answer cannot be taken back; only a broken connection says that it is incomplete.
      response.destroy()
      return
    }
    const retryAfter = problem.retryAfter ?? (problem.status === 503 ? 1 : undefined)
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter)
    if (problem.status === 401) response.setHeader('WWW-Authenticate', challengeOf(problem))
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problemDetails(problem, response.get('X-Request-Id'))))
  }
}

/** Logs a problem if the service is at fault, or something behind it. */
export function logProblem(log: Pick<Logger, 'warn' | 'error'>, problem: Problem): void {
  if (problem.status < 500) return
  const level = problem.type === 'internal' ? 'error' : 'warn'
  log[level]({ err: problem.cause ?? problem, problem: problem.type }, problem.message)
}

/** A problem as a whole answer, for answers that Express does not write. `headers` are the last ones, with their empty line. */
export function renderProblem(
  problem: Problem,
  { requestId, headers, method }: { requestId?: string; headers: string; method?: string },
): string {
  const body = JSON.stringify(problemDetails(problem, requestId))
  const challenge = problem.status === 401 ? `WWW-Authenticate: ${challengeOf(problem)}\r\n` : ''
  return (
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${challenge}` +
    'Content-Type: application/problem+json; charset=utf-8\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}${method === 'HEAD' ? '' : body}`
  )
}

/** RFC 6750, 3.1: no error for a request without a token. One with a token is told in the detail what is wrong with it. */
function challengeOf({ detail }: Problem): string {
  return `Bearer realm="causeway"${detail === undefined ? '' : ', error="invalid_token"'}`
}

/** Also converts Express's own errors, which have a `status`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const { status }: { status?: unknown } = Object(error)
  return typeof status === 'number' && status >= 400 && status < 500
    ? new Problem('malformed-request')
    : new Problem('internal', undefined, { cause: error })
}
