import type { PageQuery } from '../history/types.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { MESSAGE_TYPE } from '../contract/messageType.ts'
import { parsePosition } from '../contract/position.ts'
import { parsePrincipal } from '../contract/principal.ts'
import { Query } from '../contract/query.ts'
import { isSenderId } from '../contract/sender.ts'
import { parseTime } from '../contract/time.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000
/** Seconds. Proxies cut off what is silent for longer. */
export const MAX_WAIT = 60
/** As on a stream. */
export const MAX_CHANNELS = 100

const RANGE = ['channel', 'sender', 'type', 'about', 'before', 'after', 'from', 'to', 'changes']
const PAGE = [...RANGE, 'limit', 'order', 'wait']

export interface HistoryQuery extends PageQuery {
  /** Seconds that an empty page may wait for messages; `after` is given then. */
  wait: number
}

/** Reads the query of `GET /history`. Throws `invalid-parameter` or `invalid-channel`. */
export function parseHistoryQuery(search: string): HistoryQuery {
  return parse(search, PAGE, (query) => {
    const wait = query.one('wait', parseWait, `0 to ${MAX_WAIT} seconds`) ?? 0
    const isBounded = [...query.all('before'), ...query.all('to')].length > 0
    if (wait > 0 && (query.all('after').length === 0 || isBounded)) {
      query.mistake('wait', 'only with after, and without before and to')
    }
    return {
      limit: query.one('limit', parseLimit, `1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT,
      // Whoever waits reads on.
      order: query.one('order', parseOrder, 'asc or desc') ?? (wait > 0 ? 'asc' : 'desc'),
      wait,
    }
  })
}

/** Reads the query of an export, which has no limit and is always in position order. Throws the same. */
export function parseExportQuery(search: string): Omit<PageQuery, 'limit' | 'order'> {
  return parse(search, RANGE, () => ({}))
}

function parse<More>(search: string, names: readonly string[], more: (query: Query) => More) {
  const query = new Query(search, names, ['channel'])
  const range = {
    sender: query.one('sender', parseSenderId, 'the id of a sender'),
    type: query.one('type', parseType, 'a type'),
    about: query.one('about', parsePosition, 'a position'),
    before: query.one('before', parsePosition, 'a position'),
    after: query.one('after', parsePosition, 'a position'),
    from: query.one('from', parseTime, TIME),
    to: query.one('to', parseTime, TIME),
    isFolded: query.one('changes', parseFlag, 'true or false') !== 'true',
    ...more(query),
  }
  const channels = [...new Set(query.all('channel'))]
  if (channels.length === 0) query.mistake('channel', 'required')
  if (channels.length > MAX_CHANNELS) query.mistake('channel', `at most ${MAX_CHANNELS} channels`)
  query.check()
  return { channels: channels.map(channelParameter), ...range }
}

export const TIME = 'a time like 2026-11-21T19:33:02Z or 2026-11-21T20:33:02.123%2B01:00'

function parseFlag(text: string): 'true' | 'false' | undefined {
  return text === 'true' || text === 'false' ? text : undefined
}

/** A principal, or what a sender claims to be with AUTH=open. */
export function parseSenderId(text: string): string | undefined {
  return isSenderId(text) || parsePrincipal(text) !== undefined ? text : undefined
}

export function parseType(text: string): string | undefined {
  return MESSAGE_TYPE.test(text) ? text : undefined
}

function parseLimit(text: string): number | undefined {
  const limit = Number(text)
  return /^[1-9][0-9]{0,3}$/.test(text) && limit <= MAX_LIMIT ? limit : undefined
}

function parseWait(text: string): number | undefined {
  const wait = Number(text)
  return /^[0-9]{1,2}$/.test(text) && wait <= MAX_WAIT ? wait : undefined
}

function parseOrder(text: string): 'asc' | 'desc' | undefined {
  return text === 'asc' || text === 'desc' ? text : undefined
}
