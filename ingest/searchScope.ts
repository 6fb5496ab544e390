import type { ReadableBy } from '../chassis/auth/middleware.ts'
import { rangesOf } from '../contract/nameRanges.ts'
import { ownSegment } from '../contract/principal.ts'
import { Problem } from '../contract/problem.ts'
import type { SearchQuery } from '../history/types.ts'

/** The index is asked for each of them. */
const MAX_PLACES = 1_000

/**
 * All channels that a request may read, as a search has them. Throws `invalid-parameter` if its grants name too many places: then the
 * search must name channels.
 */
export function scopeOf({
  patterns,
  principal,
}: Pick<ReturnType<ReadableBy>, 'patterns' | 'principal'>): Pick<
  SearchQuery,
  'channels' | 'channelPattern'
> {
  const channels = rangesOf(patterns, principal, { prefix: '', after: '' }).map(({ from }) => from)
  if (channels.length > MAX_PLACES) {
    const detail = `required, because you may read more than ${MAX_PLACES} places of channels`
    throw new Problem('invalid-parameter', undefined, {
      errors: [{ pointer: '#/channel', detail }],
    })
  }
  // With `**` alone, or a `*` at the end of the names that one may read, every channel below is meant.
  const isWhole = patterns.every((pattern) => !pattern.replace(/(^|\.)\*\*$/, '').includes('*'))
  return {
    channels: channels.includes('') ? undefined : channels,
    channelPattern: isWhole ? undefined : regularExpression(patterns, principal),
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
