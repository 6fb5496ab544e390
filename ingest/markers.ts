import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import type { IsAllowed, RequireAccess } from '../chassis/auth/middleware.ts'
import type { ReadBody } from '../chassis/body.ts'
import { aChannel } from '../chassis/description/parameters.ts'
import { wholeNumber } from '../chassis/description/reading.ts'
import { pointer } from '../chassis/pointer.ts'
import { queryReader } from '../chassis/queryReader.ts'
import type { Route } from '../chassis/route.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { decodeBody, validateJson } from '../chassis/validate.ts'
import { Problem } from '../contract/problem.ts'
import { MAX_FOLLOWED } from '../history/markers.ts'
import type { MarkerTable } from '../history/markerTable.ts'
import { readClaimedSender } from '../chassis/claimedSender.ts'
import type { ChannelList } from './getChannels.ts'
import { type LogsOfMarkers, marksOf, unreadOf } from './markersOfLogs.ts'

export interface MarkerRoutesOptions {
  /** In the database that is for all logs. */
  table: Pick<MarkerTable, 'read' | 'move' | 'leave'>
  logs: LogsOfMarkers & Pick<ChannelList, 'lastMessages'>
  requireAccess: RequireAccess
  isAllowed: IsAllowed
  /** See Access. */
  catchUp: () => Promise<boolean>
  readBody: ReadBody
  limited: (handler: RequestHandler) => RequestHandler
}

const MAX_MOVES = 100

export const Moves = z
  .strictObject({
    markers: z
      .array(
        z.strictObject({
          channel: aChannel('must be a channel'),
          position: z
            .int('must be a position')
            .nonnegative('must be a position')
            .optional()
            .describe('Everything up to it is read. Without it: up to the channel’s head'),
        }),
        'must be a list',
      )
      .nonempty('must not be empty')
      .max(MAX_MOVES, `must be ${MAX_MOVES} at most`)
      .refine(
        (moves) => new Set(moves.map((move) => move.channel)).size === moves.length,
        'must name each channel once',
      )
      .meta({ uniqueItems: true }),
  })
  .meta({ id: 'MarkerMoves' })

export const MarkersParameters = z.object({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'a version')
    .default(0)
    .describe('Only what was changed after this `version`, by any device'),
})

const readMarkersQuery = queryReader(MarkersParameters)

export const MarkerParameters = z.object({ channel: aChannel('expected a channel') })

const readMarkerQuery = queryReader(MarkerParameters)

/** Up to where a person has read. Whoever has a marker on a channel follows it. */
export function markersRoute(options: MarkerRoutesOptions): Route {
  const { table, logs, requireAccess, isAllowed, catchUp, readBody, limited } = options

  async function encode(request: Request, after: number, channels?: string[]): Promise<string> {
    const reader = readerOf(request)
    const { version, markers } = await table.read(reader, { after, channels })
    // A version that is not there yet: the database was restored.
    const complete = channels === undefined && (after === 0 || after > version)
    const mayRead = (name: string): boolean => isAllowed(request, 'read', name)
    // A new member's marker and grant come in one transaction. By older grants the marker would be left out, and `version` past it.
    if (markers.some((one) => one.followed && !mayRead(one.channel)) && !(await catchUp()))
      throw new Problem('unavailable', 'The grants cannot be read.')
    const isShown = (one: (typeof markers)[number]): boolean => one.followed && mayRead(one.channel)
    const unread = await unreadOf(logs, reader, markers.filter(isShown))
    const infos = unread.map(({ channel: name, head }) => ({ name, head, messages: 0 }))
    const lasts = await logs.lastMessages(infos)
    const items = unread.map(
      (each, at) => `${JSON.stringify(each).slice(0, -1)},"last":${lasts[at]?.json ?? 'null'}}`,
    )
    const left = complete ? [] : markers.filter((marker) => !isShown(marker))
    items.push(...left.map((one) => JSON.stringify({ channel: one.channel, followed: false })))
    return `{"version":${version},"complete":${complete},"markers":[${items.join(',')}]}`
  }

  return {
    path: '/markers',
    get: limited(async (request, response) => {
      const { after } = readMarkersQuery(searchOf(request.originalUrl))
      response.type('application/json').send(await encode(request, after))
    }),
    post: limited(async (request, response) => {
      const reader = readerOf(request)
      const { markers: moves } = validateJson(Moves, decodeBody(await readBody(request)))
      const channels = moves.map((move) => move.channel)
      requireAccess(request, 'read', channels)
      if (!(await table.move(reader, await marksOf(logs, moves)))) {
        throw new Problem('forbidden', `You follow ${MAX_FOLLOWED} channels already.`)
      }
      response.type('application/json').send(await encode(request, 0, channels))
    }),
    delete: limited(async (request, response) => {
      const { channel: name } = readMarkerQuery(searchOf(request.originalUrl))
      await table.leave(readerOf(request), name)
      response.status(204).end()
    }),
  }
}

/** With AUTH=open it is whoever the request says, as for posts: everybody could read and move everybody's markers. */
function readerOf({ identity, headers }: Request): string {
  if (identity !== undefined) return identity.principal
  if (headers['causeway-sender'] !== undefined) return readClaimedSender(headers).id
  const errors = [{ pointer: pointer(['Causeway-Sender']), detail: 'required' }]
  throw new Problem('invalid-parameter', 'Say whose markers they are by Causeway-Sender.', {
    errors,
  })
}
