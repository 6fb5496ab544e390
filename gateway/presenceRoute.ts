import { z } from 'zod'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { channels } from '../chassis/description/parameters.ts'
import { checkLimit, showLimit, type SubjectOf } from '../chassis/limits/httpLimit.ts'
import type { Limit } from '../chassis/limits/limit.ts'
import { queryReader } from '../chassis/queryReader.ts'
import type { Route } from '../chassis/route.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { PresenceEvent, PresencePage } from '../contract/presence.ts'
import { Problem } from '../contract/problem.ts'
import { streamCost } from './events/admission.ts'

interface PresenceRouteOptions {
  requireAccess: RequireAccess
  /** These channels by the numbers of their logs. */
  split: (channels: readonly string[]) => ReadonlyMap<number, readonly string[]>
  /** In the order of the channels. Rejects if Redis is away. */
  ask: (log: number, channels: readonly string[]) => Promise<PresenceEvent[]>
  /** That on new streams. */
  limit: Limit
  subjectOf: SubjectOf
}

export const PresenceParameters = z.object({
  channel: channels.describe('The channels to look at'),
})

const readPresenceQuery = queryReader(PresenceParameters)

/** Who is in some channels, and how many. */
export function presenceRoute(options: PresenceRouteOptions): Route {
  const { requireAccess, split, ask, limit, subjectOf } = options
  const get: Route['get'] = async (request, response) => {
    const { channel } = readPresenceQuery(searchOf(request.originalUrl))
    const names = [...new Set(channel)].map((name) => channelParameter(name))
    requireAccess(request, 'read', names)
    const subject = subjectOf(request)
    checkLimit(limit, subject, response)
    limit.take(subject, streamCost(names.length))
    showLimit(limit, subject, response)
    const asked = [...split(names)].map(([log, some]) => ask(log, some))
    const found = await Promise.all(asked).catch((error: unknown) => {
      throw new Problem('unavailable', 'Redis is away.', { cause: error })
    })
    const byName = new Map(found.flat().map((each) => [each.channel, each]))
    const page: PresencePage = {
      channels: names.map((name) => byName.get(name) ?? { channel: name, count: 0 }),
    }
    response.json(page)
  }
  return { path: '/presence', get }
}
