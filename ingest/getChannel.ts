import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { ChannelInfo } from '../contract/history.ts'
import { channelParameter } from '../chassis/channelParameter.ts'

export interface Channels {
  channel: (name: string) => Promise<ChannelInfo>
}

/** Naming a channel makes it exist, so a channel without any message gets an answer too: zeros. */
export function createGetChannel(log: Channels, requireAccess: RequireAccess): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    response.json(await log.channel(channel))
  }
}
