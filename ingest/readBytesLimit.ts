import type { RequestHandler } from 'express'
import { checkLimit, showLimit, type SubjectOf } from '../chassis/limits/httpLimit.ts'
import type { Limit } from '../chassis/limits/limit.ts'

/**
 * Limits the bytes of answers to reads. How many there will be is not known before, so a read begins if there is anything left, and
 * is paid for when its answer ends: also the part that its client did not wait for.
 */
export function createReadBytesLimit(
  limit: Limit,
  subjectOf: SubjectOf,
): (handler: RequestHandler) => RequestHandler {
  return (handler) => (request, response, next) => {
    const subject = subjectOf(request)
    checkLimit(limit, subject, response)
    showLimit(limit, subject, response)
    const { socket } = request
    const before = socket.bytesWritten
    // A connection has one answer at a time.
    response.once('close', () => limit.take(subject, socket.bytesWritten - before))
    return handler(request, response, next)
  }
}
