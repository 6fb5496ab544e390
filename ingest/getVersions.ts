import type { RequestHandler } from 'express'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { parsePosition } from '../contract/position.ts'
import { Problem } from '../contract/problem.ts'
import { Query } from '../contract/query.ts'
import type { Versions } from '../history/versions.ts'
import { positionParameter } from './positionParameter.ts'

export interface VersionsOf {
  versions: (channel: string, position: number, after: number) => Promise<Versions | undefined>
}

/** The message as it was posted, and its edits, in order; `next` leads to the others if not all fit. */
export function createGetVersions(log: VersionsOf, requireAccess: RequireAccess): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    const position = positionParameter(request.params['position'])
    const query = new Query(searchOf(request.originalUrl), ['after'])
    const after = query.one('after', parsePosition, 'a position') ?? 0
    query.check()
    const found = await log.versions(channel, position, after)
    if (found === undefined) throw new Problem('message-not-found')
    const last = found.more ? found.entries.at(-1)?.position : undefined
    const path = `/channels/${channel}/messages/${position}/versions`
    const next = last === undefined ? null : `${path}?after=${last}`
    const versions = found.entries.map(({ json }) => json).join(',')
    response
      .type('application/json')
      .send(`{"versions":[${versions}],"next":${JSON.stringify(next)}}`)
  }
}
