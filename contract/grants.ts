import { MAX_CHANNEL_LENGTH } from './channel.ts'
import { ownSegment } from './principal.ts'

/**
 * What a grant allows on the channels of its pattern. `read`: streams, history, single messages. `write`: posts and signals.
 * `moderate`: to change what others wrote. `admin`: to give grants on channels of the pattern. None includes another.
 */
export type Action = 'read' | 'write' | 'moderate' | 'admin'

export const ACTIONS: readonly Action[] = ['read', 'write', 'moderate', 'admin']

/**
 * Actions on all channels that match a pattern. A pattern is like a channel's name. In it, `*` stands for one whole segment, `**`
 * as the last segment for one or more, and `{sub}` for the principal's own segment (see `ownSegment`).
 */
export interface Grant {
  pattern: string
  actions: readonly Action[]
}

/** The actions in a list like `read,write`, as grants are kept. Unknown words mean nothing. */
export function readActions(list: string): Action[] {
  const names = list.split(',')
  return ACTIONS.filter((action) => names.includes(action))
}

/** The subject that stands for everyone of a principal's kind: `user:*` for `user:alice`. */
export function everyoneLike(principal: string): string {
  return `${principal.slice(0, principal.indexOf(':'))}:*`
}

/** The subjects of grants that hold for a principal with these groups: itself, all of its kind, and its groups. */
export function subjectsOf(principal: string, groups: readonly string[]): string[] {
  return [principal, everyoneLike(principal), ...groups.map((group) => `group:${group}`)]
}

const SEGMENT = '(?:[A-Za-z0-9_-]+|\\*|\\{sub\\})'

export const PATTERN = new RegExp(`^(?:\\*\\*|${SEGMENT}(?:\\.${SEGMENT})*(?:\\.\\*\\*)?)$`)

export function isPattern(text: string): boolean {
  return text.length <= MAX_CHANNEL_LENGTH && PATTERN.test(text)
}

/** Reads the text form of a grant, `read,write rooms.**`; undefined if it is not one. Each action may come once. */
export function parseGrant(text: string): Grant | undefined {
  const [, list = '', pattern = ''] = /^([a-z,]+) (\S+)$/.exec(text) ?? []
  const actions = readActions(list)
  const isWhole = actions.length === list.split(',').length
  return isWhole && isPattern(pattern) ? { pattern, actions } : undefined
}

export function formatGrant({ pattern, actions }: Grant): string {
  return `${actions.join(',')} ${pattern}`
}

/**
 * Whether every channel that `inner` can match is matched by `outer`, for this principal. `{sub}` in `inner` stands for any
 * segment, because the grant may be for anyone. A channel's name is a pattern that matches that channel
 * only, so this also tells whether a pattern matches a channel. In time linear in their lengths.
 */
export function covers(outer: string, inner: string, principal: string): boolean {
  const wide = outer.split('.')
  const narrow = inner.split('.')
  for (const [index, segment] of wide.entries()) {
    const other = narrow[index]
    if (other === undefined) return false
    if (segment === '**') return true
    if (other === '**') return false
    if (segment === '*') continue
    if (other === '*' || other === '{sub}') return false
    if ((segment === '{sub}' ? ownSegment(principal) : segment) !== other) return false
  }
  return wide.length === narrow.length
}

/** The first segment of channels that are for the people they name: private ones and direct messages (see `membership.ts`). */
export const HIDDEN = '_'

/** Whether a channel, or every channel of a pattern, is one of these. */
export function isHidden(channel: string): boolean {
  return channel === HIDDEN || channel.startsWith(`${HIDDEN}.`)
}

/**
 * Whether one of the grants allows the action on the channel, or on every channel of a pattern. There are no negative rules: what
 * nothing allows is denied. A pattern that begins with `*` or `**` does not reach hidden channels, so rights on all channels
 * are none on these.
 */
export function isAllowed(
  grants: Iterable<Grant>,
  action: Action,
  channel: string,
  principal: string,
): boolean {
  for (const { pattern, actions } of grants) {
    if (!actions.includes(action) || (pattern.startsWith('*') && isHidden(channel))) continue
    if (covers(pattern, channel, principal)) return true
  }
  return false
}
