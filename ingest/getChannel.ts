import type { RequestHandler } from 'express'
import type { ChannelInfo } from '../contract/history.ts'
import { channelParameter } from '../chassis/channelParameter.ts'

export interface Channels {
  channel: (name: string) => Promise<ChannelInfo>
}

/** A channel exists by being named, so one that nobody ever wrote to is answered too: with zeros. */
export function createGetChannel({ channel }: Channels): RequestHandler {
  return async (request, response) => {
    response.json(await channel(channelParameter(request.params['channel'])))
  }
}
