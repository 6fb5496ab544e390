import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { Entry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { pointer } from './pointer.ts'
import { parsePosition } from '../contract/position.ts'

export interface Messages {
  message: (channel: string, position: number) => Promise<Entry | undefined>
}

export function createGetMessage(log: Messages, requireAccess: RequireAccess): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    const position = parsePosition(String(request.params['position']))
    if (position === undefined) {
      const errors = [{ pointer: pointer(['position']), detail: 'expected a position' }]
      throw new Problem('invalid-parameter', undefined, { errors })
    }
    const entry = await log.message(channel, position)
    if (entry === undefined) throw new Problem('message-not-found')
    response.type('application/json').send(entry.json)
  }
}
