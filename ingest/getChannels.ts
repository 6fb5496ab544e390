import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { ReadableBy } from '../chassis/auth/middleware.ts'
import { wholeNumber } from '../chassis/description/reading.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Turns } from '../chassis/turns.ts'
import type { ChannelInfo } from '../contract/history.ts'
import { rangesOf } from '../contract/nameRanges.ts'
import type { ChannelNames, ChannelNamesQuery, MessagesAt } from '../history/types.ts'
import type { OccupancyOf } from './occupancy.ts'

export interface ChannelList {
  channelNames: (query: ChannelNamesQuery) => Promise<ChannelNames>
  /** Of channels, in their order; fewer if not all fit. */
  lastMessages: (channels: readonly ChannelInfo[]) => Promise<MessagesAt>
}

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100
/** Names that one page looks at. */
const MAX_LOOKS = 1_000
/** Comparisons of a name and a pattern: some ten milliseconds of the only core. */
const MAX_COMPARISONS = 20_000

/**
 * The channels that a request may read, by their names, with the last message of each, and how many people are there. Work is bounded, whatever the grants: a page that
 * has looked at its share ends, also without any channel, and `next` goes on.
 */
export function createGetChannels(
  log: ChannelList,
  occupancyOf: OccupancyOf,
  turns: Turns,
  readableBy: ReadableBy,
): RequestHandler {
  return async (request, response) => {
    const { prefix, after, limit } = readChannelsQuery(searchOf(request.originalUrl))
    const { patterns, principal, allows } = readableBy(request)
    const ranges = rangesOf(patterns, principal, { prefix, after })
    const wild = patterns.filter((pattern) => pattern.includes('*')).length
    const looks = Math.min(MAX_LOOKS, Math.ceil(MAX_COMPARISONS / Math.max(1, wild)))
    const found = await turns.take(() => log.channelNames({ ranges, after, looks }))
    const readable = found.channels.filter(({ name }) => allows(name))
    const some = readable.slice(0, limit)
    // At the same time, so that a page is hardly later for it.
    const [lasts, occupancies] = await Promise.all([
      turns.take(() => log.lastMessages(some)),
      occupancyOf(some.map(({ name }) => name)),
    ])
    const shown = some.slice(0, lasts.length)
    const end = shown.length < readable.length ? shown.at(-1)?.name : found.end
    const items = shown.map((channel, at) => {
      const known = JSON.stringify({ ...channel, occupancy: occupancies[at] ?? null })
      return `${known.slice(0, -1)},"last":${lasts[at]?.json ?? 'null'}}`
    })
    const next = end === undefined ? null : nextUrl({ prefix, after: end, limit })
    const body = `{"channels":[${items.join(',')}],"next":${JSON.stringify(next)}}`
    response.type('application/json').send(body)
  }
}

/** A page of channels goes on where the one before ended: at a name, or the end of a range of names. */
export const ChannelsParameters = z.object({
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,128}$/, 'expected the beginning of a channel')
    .default('')
    .describe('Only channels whose names begin so'),
  after: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,129}[~!]?$/, 'expected what next has')
    .default('')
    .describe('Where the page begins: `next` of the one before has it'),
  limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT).describe('Channels of the page, at most'),
})

const readChannelsQuery = queryReader(ChannelsParameters)

function nextUrl({ prefix, after, limit }: z.output<typeof ChannelsParameters>): string {
  const search = new URLSearchParams({ prefix, after, limit: String(limit) })
  return `/channels?${search.toString()}`
}
