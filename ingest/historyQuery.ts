import { z } from 'zod'
import { channelParameter } from '../chassis/channelParameter.ts'
import * as parameters from '../chassis/description/parameters.ts'
import { reading, wholeNumber } from '../chassis/description/reading.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { LOG_POSITIONS, parseAsked } from './logPositions.ts'
import type { AskedQuery } from './askedQuery.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000
/** Seconds. Proxies cut off what is silent for longer. */
export const MAX_WAIT = 60

const { position, time, word } = parameters

const bound = reading(parseAsked, 'a position').meta({
  anyOf: [
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'string', pattern: LOG_POSITIONS.source },
  ],
})

/** Of an export, which has no limit and is always in position order. */
export const ExportParameters = z.object({
  channel: parameters.channels.describe(
    'Messages of these channels, in position order over all; if they are of several logs, by time',
  ),
  sender: parameters.senderId.optional().describe('Only messages of the sender with this id'),
  type: parameters.messageType.optional().describe('Only messages of this type'),
  about: position.optional().describe('Only messages about the one at this position'),
  before: bound
    .optional()
    .describe('Only messages below this position. With channels of several logs: what `next` has'),
  after: bound.optional().describe('Only messages above this position; the same holds'),
  from: time.optional().describe('Only messages of this time or later'),
  to: time.optional().describe('Only messages earlier than this time'),
  changes: word('true', 'false')
    .default('false')
    .describe(
      'Whether edits, deletions and reactions are listed too, each as a stream delivered it',
    ),
})

const readExportQuery = queryReader(ExportParameters)

export const HistoryParameters = ExportParameters.extend({
  limit: wholeNumber(1, MAX_LIMIT).default(DEFAULT_LIMIT).describe('Messages of the page, at most'),
  order: word('asc', 'desc')
    .optional()
    .describe('Oldest or newest first. Without it: newest first, or oldest first with `wait`'),
  wait: wholeNumber(0, MAX_WAIT, `0 to ${MAX_WAIT} seconds`)
    .default(0)
    .describe(
      'Seconds that an empty page may wait for messages; with `after`, without `before` and `to`',
    ),
}).superRefine(({ wait, after, before, to }, context) => {
  if (wait === 0 || (after !== undefined && before === undefined && to === undefined)) return
  const message = 'only with after, and without before and to'
  context.addIssue({ code: 'custom', path: ['wait'], message })
})

const readHistoryQuery = queryReader(HistoryParameters)

export interface HistoryQuery extends AskedQuery {
  /** Seconds that an empty page may wait for messages; `after` is given then. */
  wait: number
}

/** Reads the query of `GET /history`. Throws `invalid-parameter` or `invalid-channel`. */
export function parseHistoryQuery(search: string): HistoryQuery {
  const { limit, order, wait, ...range } = readHistoryQuery(search)
  // Whoever waits reads on.
  return { ...rangeOf(range), limit, order: order ?? (wait > 0 ? 'asc' : 'desc'), wait }
}

/** Reads the query of an export. Throws the same. */
export function parseExportQuery(search: string): Omit<AskedQuery, 'limit' | 'order'> {
  return rangeOf(readExportQuery(search))
}

function rangeOf({ channel, changes, ...range }: z.output<typeof ExportParameters>) {
  const channels = [...new Set(channel)].map(channelParameter)
  return { channels, ...range, isFolded: changes === 'false' }
}
