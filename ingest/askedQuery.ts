import { Problem } from '../contract/problem.ts'
import type { PageQuery } from '../history/types.ts'
import type { AskedPosition, LogPositions } from './logPositions.ts'

interface Bounds {
  before?: AskedPosition | undefined
  after?: AskedPosition | undefined
}

/** A query as it was asked for: only its channels tell of which logs its bounds are. */
export interface AskedQuery extends Omit<PageQuery, keyof Bounds>, Bounds {}

/** The log of all these channels; undefined if they are of several. */
export function onlyLogOf(
  channels: readonly string[],
  logOf: (channel: string) => number,
): number | undefined {
  const [log, ...others] = new Set(channels.map(logOf))
  return others.length === 0 ? log : undefined
}

/** The query in the one log of its channels. Throws `invalid-parameter` for bounds in other logs. */
export function inOneLog<Asked extends Bounds>(
  { before, after, ...query }: Asked,
  log: number,
): Omit<Asked, keyof Bounds> & Pick<PageQuery, keyof Bounds> {
  requireAll({ before, after }, (asked) => typeof asked === 'number' || asked.has(log))
  return { ...query, before: positionIn(before, log), after: positionIn(after, log) }
}

/** The query in each log that its channels are of. Throws `invalid-parameter` for bounds that are not in all of these. */
export function inSeveralLogs(
  { before, after, ...query }: AskedQuery,
  logOf: (channel: string) => number,
): Map<number, PageQuery> {
  const logs = [...new Set(query.channels.map(logOf))]
  requireBoundsIn(logs, { before, after, about: query.about })
  return new Map(
    logs.map((log) => {
      const channels = query.channels.filter((channel) => logOf(channel) === log)
      const own = { before: positionIn(before, log), after: positionIn(after, log) }
      return [log, { ...query, ...own, channels }]
    }),
  )
}

/** Throws `invalid-parameter` for what is not a position in each of the logs. */
export function requireBoundsIn(
  logs: readonly number[],
  bounds: Partial<Record<'before' | 'after' | 'about', AskedPosition | undefined>>,
): void {
  requireAll(bounds, (asked) => typeof asked === 'object' && logs.every((log) => asked.has(log)))
}

/** Undefined for none. */
export function positionsOf(asked: AskedPosition | undefined): LogPositions | undefined {
  return typeof asked === 'object' ? asked : undefined
}

function positionIn(asked: AskedPosition | undefined, log: number): number | undefined {
  return typeof asked === 'object' ? asked.get(log) : asked
}

function requireAll(
  bounds: Record<string, AskedPosition | undefined>,
  isRight: (asked: AskedPosition) => boolean,
): void {
  const errors = Object.entries(bounds)
    .filter(([, asked]) => asked !== undefined && !isRight(asked))
    .map(([name]) => ({ pointer: `#/${name}`, detail: OTHER_LOGS }))
  if (errors.length > 0) throw new Problem('invalid-parameter', undefined, { errors })
}

const OTHER_LOGS =
  'not of these logs, each of which counts its own positions: for several, use what next, prev and heads have'
