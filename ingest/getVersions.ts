import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { position as positionText } from '../chassis/description/parameters.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { Problem } from '../contract/problem.ts'
import type { Versions } from '../history/versions.ts'
import { positionParameter } from './positionParameter.ts'

export interface VersionsOf {
  versions: (channel: string, position: number, after: number) => Promise<Versions | undefined>
}

export const VersionsParameters = z.object({
  after: positionText.default(0).describe('Where the rest of the versions begins: `next` has it'),
})

const readVersionsQuery = queryReader(VersionsParameters)

/** The message as it was posted, and its edits, in order; `next` leads to the others if not all fit. */
export function createGetVersions(log: VersionsOf, requireAccess: RequireAccess): RequestHandler {
  return async (request, response) => {
    const channel = channelParameter(request.params['channel'])
    requireAccess(request, 'read', [channel])
    const position = positionParameter(request.params['position'])
    const { after } = readVersionsQuery(searchOf(request.originalUrl))
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
