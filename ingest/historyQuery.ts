import type { PageQuery } from '../history/types.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { parsePosition } from '../contract/position.ts'
import { Query } from '../contract/query.ts'
import { parseTime } from '../contract/time.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000

const NAMES = ['channel', 'before', 'after', 'from', 'to', 'changes', 'limit', 'order']

/** Reads the query of `GET /history`; newest first unless `order=asc`. Throws `invalid-parameter` or `invalid-channel`. */
export function parseHistoryQuery(search: string): PageQuery {
  const query = new Query(search, NAMES)
  const page = {
    before: query.one('before', parsePosition, 'a position'),
    after: query.one('after', parsePosition, 'a position'),
    from: query.one('from', parseTime, TIME),
    to: query.one('to', parseTime, TIME),
    isFolded: query.one('changes', parseFlag, 'true or false') !== 'true',
    limit: query.one('limit', parseLimit, `1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT,
    order: query.one('order', parseOrder, 'asc or desc') ?? 'desc',
  }
  const channel = query.one('channel', String, 'a channel')
  if (channel === undefined) query.mistake('channel', 'required')
  query.check()
  return { channel: channelParameter(channel), ...page }
}

const TIME = 'a time like 2026-11-21T19:33:02Z or 2026-11-21T20:33:02.123%2B01:00'

function parseFlag(text: string): 'true' | 'false' | undefined {
  return text === 'true' || text === 'false' ? text : undefined
}

function parseLimit(text: string): number | undefined {
  const limit = Number(text)
  return /^[1-9][0-9]{0,3}$/.test(text) && limit <= MAX_LIMIT ? limit : undefined
}

function parseOrder(text: string): 'asc' | 'desc' | undefined {
  return text === 'asc' || text === 'desc' ? text : undefined
}
