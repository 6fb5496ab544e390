import type { Mistake } from '../contract/problem.ts'
import { Problem } from '../contract/problem.ts'
import type { PageQuery } from '../history/types.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { pointer } from './pointer.ts'
import { parsePosition } from '../contract/position.ts'
import { parseTime } from '../contract/time.ts'

const DEFAULT_LIMIT = 50
const MAX_LIMIT = 1000

const NAMES = ['channel', 'before', 'after', 'from', 'to', 'limit', 'order']

/**
 * Reads the query of `GET /history`; newest first unless `order=asc`. Strict, because a misspelt or repeated parameter
 * that is ignored gives a wrong page that looks right. Throws `invalid-parameter` with every mistake, or `invalid-channel`.
 */
export function parseHistoryQuery(search: string): PageQuery {
  const given = new URLSearchParams(search)
  const mistakes: Mistake[] = []
  const wrong = (name: string, detail: string): undefined => {
    mistakes.push({ pointer: pointer([name]), detail })
    return undefined
  }
  const read = <T>(name: string, parse: (text: string) => T | undefined, expected: string) => {
    const [text, ...more] = given.getAll(name)
    if (more.length > 0) return wrong(name, 'given more than once')
    return text === undefined ? undefined : (parse(text) ?? wrong(name, `expected ${expected}`))
  }

  for (const name of new Set(given.keys())) {
    // Not named after what was sent: that may be as long as a URL.
    if (!NAMES.includes(name)) wrong('', `there is none but ${NAMES.join(', ')}`)
  }
  const channel = read('channel', (text) => text, 'a channel')
  const query = {
    before: read('before', parsePosition, 'a position'),
    after: read('after', parsePosition, 'a position'),
    from: read('from', parseTime, TIME),
    to: read('to', parseTime, TIME),
    limit: read('limit', parseLimit, `1 to ${MAX_LIMIT}`) ?? DEFAULT_LIMIT,
    order: read('order', parseOrder, 'asc or desc') ?? 'desc',
  }
  if (channel === undefined && mistakes.length === 0) wrong('channel', 'required')
  if (mistakes.length > 0) throw new Problem('invalid-parameter', undefined, { errors: mistakes })
  return { channel: channelParameter(channel), ...query }
}

const TIME = 'a time like 2026-11-21T19:33:02Z or 2026-11-21T20:33:02.123%2B01:00'

function parseLimit(text: string): number | undefined {
  const limit = Number(text)
  return /^[1-9][0-9]{0,3}$/.test(text) && limit <= MAX_LIMIT ? limit : undefined
}

function parseOrder(text: string): 'asc' | 'desc' | undefined {
  return text === 'asc' || text === 'desc' ? text : undefined
}
