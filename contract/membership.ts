import { type Action, HIDDEN } from './grants.ts'

/** Public: whoever may read it by a grant. Private and direct: only its people, whom grants by its name name. */
export const CHANNEL_KINDS = ['public', 'private', 'direct'] as const
export type ChannelKind = (typeof CHANNEL_KINDS)[number]

/** What somebody is on a channel. It is nothing but their grants, in words for people. */
export const MEMBER_ROLES = ['owner', 'moderator', 'member'] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

/** Names of private channels and of direct messages begin so. */
export const PRIVATE_PREFIX = `${HIDDEN}.private.`
export const DIRECT_PREFIX = `${HIDDEN}.direct.`

const ACTIONS_OF: Record<MemberRole, readonly Action[]> = {
  owner: ['read', 'write', 'moderate', 'admin'],
  moderator: ['read', 'write', 'moderate'],
  member: ['read', 'write'],
}

/** The actions of a member's grant. */
export function actionsOf(role: MemberRole): readonly Action[] {
  return ACTIONS_OF[role]
}

/** The role of somebody who may do this on a channel; undefined: is none of its people. */
export function roleOf(may: (action: Action) => boolean): MemberRole | undefined {
  if (may('admin')) return 'owner'
  if (may('moderate')) return 'moderator'
  return may('read') ? 'member' : undefined
}

export interface MemberChange {
  kind: ChannelKind
  /** Who wants it. */
  by: MemberRole | undefined
  /** It is about themselves. */
  isOwn: boolean
  /** Undefined: is no member. */
  from: MemberRole | undefined
  /** Undefined: is to be none. */
  to: MemberRole | undefined
}

/**
 * Whether a change of a channel's people is allowed. Owners may make every change, and moderators may add and remove members. Everyone
 * may leave. The people of a direct message stay the same.
 */
export function mayChange({ kind, by, isOwn, from, to }: MemberChange): boolean {
  if (kind === 'direct' || by === undefined) return false
  if (by === 'owner' || (isOwn && to === undefined)) return true
  const among = (role: MemberRole | undefined): boolean => role === undefined || role === 'member'
  return by === 'moderator' && among(from) && among(to)
}

/** Whether somebody may change a channel's title and topic. */
export function mayRename(kind: ChannelKind, by: MemberRole | undefined): boolean {
  return kind !== 'direct' && (by === 'owner' || by === 'moderator')
}
