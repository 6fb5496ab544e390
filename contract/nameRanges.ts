import { HIDDEN } from './grants.ts'
import { ownSegment } from './principal.ts'

/** Names of channels in the order of their bytes: those from `from` on, and below `to`. */
export interface NameRange {
  from: string
  to: string
}

/** Behind every character of a name, and before each of them. */
const BEHIND = '~'
const BEFORE = '!'

/**
 * Where the channels of some patterns are that begin with a prefix and come after a name: ranges in order, none of which touches another.
 * Not every name in a range matches: the part of a pattern behind its first `*` says nothing here.
 */
export function rangesOf(
  patterns: readonly string[],
  principal: string,
  { prefix, after }: { prefix: string; after: string },
): NameRange[] {
  const ranges: NameRange[] = []
  for (const range of patterns.flatMap((pattern) => rangesOfPattern(pattern, principal))) {
    const from = prefix > range.from ? prefix : range.from
    const end = prefix + BEHIND
    const to = end < range.to ? end : range.to
    if (from < to && after < to) ranges.push({ from, to })
  }
  return merged(ranges)
}

/** All names but those of hidden channels: `_` itself, and what begins with `_.` */
const NOT_HIDDEN: readonly NameRange[] = [
  { from: '', to: HIDDEN },
  { from: HIDDEN + BEFORE, to: `${HIDDEN}.` },
  { from: `${HIDDEN}/`, to: BEHIND },
]

/** None for a pattern with `{sub}` if the principal has no channels of its own. */
function rangesOfPattern(pattern: string, principal: string): readonly NameRange[] {
  if (pattern.startsWith('*')) return NOT_HIDDEN
  let name = ''
  for (const segment of pattern.split('.')) {
    const dot = name === '' ? '' : '.'
    if (segment.startsWith('*')) return [{ from: name + dot, to: name + dot + BEHIND }]
    const own = segment === '{sub}' ? ownSegment(principal) : segment
    if (own === undefined) return []
    name += dot + own
  }
  return [{ from: name, to: name + BEFORE }]
}

function merged(ranges: NameRange[]): NameRange[] {
  const all: NameRange[] = []
  for (const range of ranges.sort((one, other) => (one.from < other.from ? -1 : 1))) {
    const last = all.at(-1)
    if (last === undefined || range.from > last.to) all.push({ ...range })
    else if (range.to > last.to) last.to = range.to
  }
  return all
}
