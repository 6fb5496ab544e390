import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { positionParameter } from './positionParameter.ts'

export interface Messages {
  /** Folded: with its newest data, and what is about it. */
  message: (channel: string, position: number, isFolded: true) => Promise<Entry | undefined>
}

export function createGetMessage(log: Messages, requireAccess: RequireAccess): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    const position = positionParameter(request.params['position'])
    const entry = await log.message(channel, position, true)
    if (entry === undefined) throw new Problem('message-not-found')
    response.type('application/json').send(entry.json)
  }
}
