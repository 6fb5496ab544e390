import { rangesOf } from '../contract/nameRanges.ts'
import { ownSegment } from '../contract/principal.ts'
import { Problem } from '../contract/problem.ts'
import type { SearchQuery } from '../history/searchTypes.ts'

/** The database compares the channel of every message that it looks at with all of them. */
const MAX_RANGES = 2_000
/** It compiles one expression for all of them. */
const MAX_EXPRESSIONS = 50

/**
 * The channels that match some patterns, as a search has them. Throws `invalid-parameter` if these are too many places: then the search
 * must name channels. If there are many patterns, the pattern may be missing, and some of the channels do not match.
 */
export function scopeOf(
  patterns: readonly string[],
  principal: string,
): Pick<SearchQuery, 'ranges' | 'channelPattern'> {
  const ranges = rangesOf(patterns, principal, { prefix: '', after: '' })
  if (ranges.length > MAX_RANGES) {
    const detail = `required, because you may read channels in more than ${MAX_RANGES} places`
    throw new Problem('invalid-parameter', undefined, {
      errors: [{ pointer: '#/channel', detail }],
    })
  }
  // With `**` as the only wild segment, all names in the range match.
  const isWild = patterns.some((pattern) => pattern.replace(/(^|\.)\*\*$/, '').includes('*'))
  const isExpressed = isWild && patterns.length <= MAX_EXPRESSIONS
  return {
    ranges,
    channelPattern: isExpressed ? regularExpression(patterns, principal) : undefined,
  }
}

/** In the database's syntax; names hold nothing that means something there but dots. */
function regularExpression(patterns: readonly string[], principal: string): string {
  const own = ownSegment(principal)
  const meant = patterns.filter((pattern) => own !== undefined || !pattern.includes('{sub}'))
  const all = meant.map((pattern) =>
    pattern
      .split('.')
      .map((segment) => {
        if (segment === '{sub}') return own
        return segment === '**' ? '.+' : segment === '*' ? '[^.]+' : segment
      })
      .join('\\.'),
  )
  return `^(${all.join('|')})$`
}
