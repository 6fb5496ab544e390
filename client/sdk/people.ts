import type { Causeway } from './causeway.ts'
import { isNothing } from './markers.ts'
import { postJson } from './request.ts'
import { isObject } from './typeGuards.ts'
import type { ChannelKind, MemberRole } from '../../contract/membership.ts'

/** A channel as people know it. */
export interface ChannelProfile {
  name: string
  kind: ChannelKind
  /** Empty for direct messages, and if nobody gave one. */
  title: string
  topic: string
  /** The caller's own. */
  role: MemberRole
  /** Of direct messages: all of them, the caller too. */
  people?: Person[]
}

export interface Person {
  principal: string
  name: string
}

export interface Member extends Person {
  role: MemberRole
}

export type NewChannel =
  | { kind: 'public'; name: string; title: string; topic?: string }
  | { kind: 'private'; title: string; topic?: string; members?: readonly string[] }
  | { kind: 'direct'; people: readonly string[] }

/** The caller's private channels, direct messages, and the public ones with a title that they follow. */
export async function myChannels(
  causeway: Causeway,
  signal?: AbortSignal,
): Promise<ChannelProfile[]> {
  return (await causeway.get(CHANNELS, listOf('channels', isProfile), signal)).channels
}

/**
 * Makes a channel. Direct messages with the same people are always the same channel. Any other call is not to be repeated before one has
 * looked: it may have made one already.
 */
export function createChannel(
  causeway: Causeway,
  channel: NewChannel,
  signal?: AbortSignal,
): Promise<ChannelProfile> {
  return causeway.attempt(CHANNELS, postJson(channel), isProfile, signal)
}

/** Throws `not-found` if there is none that the caller may read. */
export function channelProfile(
  causeway: Causeway,
  channel: string,
  signal?: AbortSignal,
): Promise<ChannelProfile> {
  return causeway.get(pathOf(channel), isProfile, signal)
}

/** For owners and moderators. */
export function changeChannel(
  causeway: Causeway,
  channel: string,
  profile: { title: string; topic: string },
  signal?: AbortSignal,
): Promise<ChannelProfile> {
  return causeway.attempt(pathOf(channel), put(profile), isProfile, signal)
}

/** The people of a channel whom a grant names; on a public one others may read it too. */
export async function members(
  causeway: Causeway,
  channel: string,
  signal?: AbortSignal,
): Promise<Member[]> {
  const path = `${pathOf(channel)}/members`
  return (await causeway.get(path, listOf('members', isMember), signal)).members
}

/** Adds somebody, or gives them another role. */
export function putMember(
  causeway: Causeway,
  channel: string,
  { principal, role }: Pick<Member, 'principal' | 'role'>,
  signal?: AbortSignal,
): Promise<Member> {
  return causeway.attempt(memberPath(channel, principal), put({ role }), isMember, signal)
}

/** Removes somebody, or leaves the channel. */
export function removeMember(
  causeway: Causeway,
  channel: string,
  principal: string,
  signal?: AbortSignal,
): Promise<void> {
  const init = { method: 'DELETE' }
  return causeway.attempt(memberPath(channel, principal), init, isNothing, signal)
}

/** People to write to, by the beginnings of the words of their names; twenty at most. */
export async function findPeople(
  causeway: Causeway,
  q: string,
  signal?: AbortSignal,
): Promise<Person[]> {
  const path = `account/people?${new URLSearchParams({ q }).toString()}`
  return (await causeway.get(path, listOf('people', isPerson), signal)).people
}

const CHANNELS = 'account/channels'

function pathOf(channel: string): string {
  return `${CHANNELS}/${encodeURIComponent(channel)}`
}

function memberPath(channel: string, principal: string): string {
  return `${pathOf(channel)}/members/${encodeURIComponent(principal)}`
}

function put(body: unknown): RequestInit {
  return { ...postJson(body), method: 'PUT' }
}

function listOf<Name extends string, T>(name: Name, isOne: (value: unknown) => value is T) {
  return (body: unknown): body is Record<Name, T[]> => {
    const list = isObject(body) ? body[name] : undefined
    return Array.isArray(list) && list.every(isOne)
  }
}

function isPerson(value: unknown): value is Person {
  return isObject(value) && typeof value.principal === 'string' && typeof value.name === 'string'
}

function isMember(value: unknown): value is Member {
  return isPerson(value) && 'role' in value && typeof value.role === 'string'
}

function isProfile(value: unknown): value is ChannelProfile {
  if (!isObject(value)) return false
  const { name, kind, title, topic, role, people } = value
  const texts = [name, kind, title, topic, role].every((text) => typeof text === 'string')
  return texts && (people === undefined || (Array.isArray(people) && people.every(isPerson)))
}
