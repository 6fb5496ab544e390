import { parsePosition } from '../contract/position.ts'
import type { Hit, SearchQuery } from '../history/searchTypes.ts'
import type { AskedPosition } from './logPositions.ts'
import { inOneLog, positionsOf, requireBoundsIn } from './askedQuery.ts'
import type { LogsQuery } from './searchLogs.ts'

/** A hit, or one of each of some logs. */
export type Hits = Hit | ReadonlyMap<number, Hit>

/** Where a search goes on. */
export interface SearchGoesOn {
  before: AskedPosition
  below: Hits | undefined
}

/** A search whose bounds are as they were asked for. */
type AskedSearch = Omit<SearchQuery, 'before' | 'after' | 'below'> & {
  before?: AskedPosition | undefined
  after?: AskedPosition | undefined
  below?: Hits | undefined
}

/** Its rank and its position. */
const HIT = '([0-9]{1,3}(?:\\.[0-9]{1,20})?(?:e-[0-9]{1,2})?)_(0|[1-9][0-9]{0,15})'
const ONE_HIT = new RegExp(`^${HIT}$`)
const HIT_OF_LOG = `[0-9]{1,5}~${HIT}`

/** A hit, or hits of several logs, each with the number of its log: `0~0.06_842!3~0.05_77`. */
export const HITS = new RegExp(`^(?:${HIT}|${HIT_OF_LOG}(?:!${HIT_OF_LOG}){0,63})$`)

export function parseHits(text: string): Hits | undefined {
  if (!text.includes('~')) return parseHit(text)
  if (!HITS.test(text)) return undefined
  const hits = new Map<number, Hit>()
  for (const part of text.split('!')) {
    const [log = '', own = ''] = part.split('~')
    const hit = parseHit(own)
    if (hit === undefined) return undefined
    hits.set(Number(log), hit)
  }
  return hits
}

/** Undefined for none. */
export function formatHits(hits: Hits | undefined): string | undefined {
  if (hits === undefined) return undefined
  if (!isMap(hits)) return `${hits.rank}_${hits.position}`
  if (hits.size === 0) return undefined
  return [...hits].map(([log, { rank, position }]) => `${log}~${rank}_${position}`).join('!')
}

/** The search in one log. Throws `invalid-parameter` for bounds in other logs. */
export function hitsInOneLog<Asked extends AskedSearch>({ below, ...query }: Asked, log: number) {
  return { ...inOneLog(query, log), below: isMap(below) ? below.get(log) : below }
}

/** The search in several logs. Throws `invalid-parameter` for bounds that are not in all of these. */
export function hitsInSeveralLogs(
  { before, after, below, ...query }: AskedSearch,
  logs: readonly number[],
): LogsQuery {
  requireBoundsIn(logs, { before, after })
  return {
    ...query,
    before: positionsOf(before),
    after: positionsOf(after),
    below: isMap(below) ? below : undefined,
  }
}

function parseHit(text: string): Hit | undefined {
  const [, rank, at = ''] = ONE_HIT.exec(text) ?? []
  const position = parsePosition(at)
  return rank === undefined || position === undefined ? undefined : { rank: Number(rank), position }
}

function isMap(hits: Hits | undefined): hits is ReadonlyMap<number, Hit> {
  return hits instanceof Map
}
