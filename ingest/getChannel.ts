import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import type { ChannelAnswer, ChannelInfo } from '../contract/history.ts'
import type { OccupancyOf } from './occupancy.ts'

export interface Channels {
  channel: (name: string) => Promise<ChannelInfo>
}

/** Naming a channel makes it exist, so a channel without any message gets an answer too: zeros. */
export function createGetChannel(
  log: Channels,
  occupancyOf: OccupancyOf,
  requireAccess: RequireAccess,
): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    const [info, [occupancy = null]] = await Promise.all([
      log.channel(channel),
      occupancyOf([channel]),
    ])
    const answer: ChannelAnswer = { ...info, occupancy }
    response.json(answer)
  }
}
