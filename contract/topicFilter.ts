import { ownSegment } from './principal.ts'

/** The MQTT filters for a grant's pattern, below the topics' prefix. */
export interface TopicFilters {
  /** Matches exactly the topics of the channels that the pattern matches. */
  exact: string
  /** What a client subscribes to, as one writes it: `rooms/#` for `rooms.**`. MQTT lets it match `rooms` too. */
  subscription: string
}

/** Undefined if the pattern has `{sub}` in it and the principal has no segment of its own: then it matches nothing. */
export function topicFilters(pattern: string, principal: string): TopicFilters | undefined {
  const own = ownSegment(principal)
  const segments = pattern.split('.')
  if (segments.includes('{sub}') && own === undefined) return undefined
  const path = segments.map((segment) =>
    segment === '*' ? '+' : segment === '{sub}' ? own : segment,
  )
  if (path.at(-1) !== '**') return { exact: path.join('/'), subscription: path.join('/') }
  const start = path.slice(0, -1)
  // `**` is one segment or more; `#` would be none too.
  return { exact: [...start, '+', '#'].join('/'), subscription: [...start, '#'].join('/') }
}
