import type { RequestHandler } from 'express'
import type { Counter } from 'prom-client'
import type { ReadBody } from '../chassis/body.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { checkLimit, showLimit, type SubjectOf } from '../chassis/limits/httpLimit.ts'
import type { Limit } from '../chassis/limits/limit.ts'
import { toProblem } from '../chassis/problems.ts'
import type { AcceptSignal } from './acceptSignal.ts'
import { authorOf } from './author.ts'
import { parseSignal } from './signalContent.ts'

export interface PostSignalOptions {
  acceptSignal: Pick<AcceptSignal, 'check' | 'accept'>
  readBody: ReadBody
  limit: Limit
  subjectOf: SubjectOf
  signals: Counter<'outcome'>
}

/** Sends a signal. 202 promises nothing: it is on its way. */
export function createPostSignal(options: PostSignalOptions): RequestHandler {
  const { acceptSignal, readBody, limit, subjectOf, signals } = options
  return async (request, response) => {
    try {
      const subject = subjectOf(request)
      checkLimit(limit, subject, response)
      limit.take(subject, 1)
      showLimit(limit, subject, response)
      const channel = channelParameter(request.params['channel'])
      const author = authorOf(request, subject)
      acceptSignal.check(author, channel)
      acceptSignal.accept(author, channel, parseSignal(await readBody(request)))
      signals.inc({ outcome: 'sent' })
    } catch (error) {
      signals.inc({ outcome: toProblem(error).type })
      throw error
    }
    response.status(202).end()
  }
}
