import { createHash, randomBytes } from 'node:crypto'
import { readActions } from '../contract/grants.ts'
import {
  actionsOf,
  type ChannelKind,
  DIRECT_PREFIX,
  type MemberRole,
  PRIVATE_PREFIX,
  roleOf,
} from '../contract/membership.ts'
import * as sql from './channelSql.ts'
import type { Queries } from './database.ts'

export interface Profile {
  name: string
  kind: ChannelKind
  title: string
  topic: string
}

export interface Person {
  principal: string
  name: string
}

export interface Member extends Person {
  role: MemberRole
}

/** Why a channel or a member was not put; `made` and `put`: it was. */
export type Outcome =
  | 'made'
  | 'put'
  | 'there'
  | 'changed'
  | 'last-owner'
  | 'too-many-today'
  | 'too-many-own'
  | 'too-many-members'
  | 'too-many-grants'

export interface ChannelTableOptions {
  database: Queries
  maxGrants: number
}

/** Grants by name of one person: ingests and gateways have all in memory, and lists of them are one answer. */
export const MAX_OWN = 1_000
export const MAX_MEMBERS = 500
export const MAX_MADE_PER_DAY = 50

/** What channels are called, and their people. Who may what is in the grants only. */
export class ChannelTable {
  readonly #options: ChannelTableOptions

  constructor(options: ChannelTableOptions) {
    this.#options = options
  }

  /** A channel that nobody gave a title has none; undefined: it is hidden, and does not exist. */
  async profile(name: string): Promise<Profile | undefined> {
    const [row] = await this.#query<Profile>(sql.PROFILE, [name])
    const isHiddenName = [PRIVATE_PREFIX, DIRECT_PREFIX].some((prefix) => name.startsWith(prefix))
    if (row !== undefined || isHiddenName) return row
    return { name, kind: 'public', title: '', topic: '' }
  }

  /** The channels with a profile that a principal has a grant for by name, or follows. */
  mine(principal: string): Promise<Profile[]> {
    return this.#query(sql.MINE, [principal, MAX_OWN])
  }

  /** The people of some channels, in the order of their names. */
  async members(channels: readonly string[]): Promise<(Member & { channel: string })[]> {
    const limit = MAX_MEMBERS * channels.length
    const rows = await this.#query<MemberRow>(sql.MEMBERS, [channels, limit])
    return rows.flatMap(({ channel, principal, name, actions }) => {
      const role = roleOfActions(actions)
      return role === undefined ? [] : [{ channel, principal, name, role }]
    })
  }

  /** Those of some people whom nobody knows. */
  async unknown(people: readonly string[]): Promise<string[]> {
    const rows = await this.#query<{ principal: string }>(sql.UNKNOWN, [people])
    return rows.map(({ principal }) => principal)
  }

  /** Makes a channel with its people, and lets them follow it. */
  make(profile: Profile, by: string, people: ReadonlyMap<string, MemberRole>): Promise<Outcome> {
    const actions = [...people.values()].map((role) => actionsOf(role).join(','))
    const { name, kind, title, topic } = profile
    const limits = [this.#options.maxGrants, MAX_OWN, MAX_MADE_PER_DAY]
    return this.#outcome(sql.MAKE, [
      name,
      kind,
      title,
      topic,
      by,
      [...people.keys()],
      actions,
      ...limits,
    ])
  }

  /** A new title and topic. */
  async rename({ name, kind, title, topic }: Profile, by: string): Promise<void> {
    await this.#query(sql.RENAME, [name, kind, title, topic, by])
  }

  /** What somebody has on a channel by its name; `actions` as they are kept, empty if nothing. */
  async grantOf(
    channel: string,
    principal: string,
  ): Promise<{ name: string; actions: string; role: MemberRole | undefined }> {
    const [row] = await this.#query<MemberRow>(sql.MEMBER, [channel, principal])
    const actions = row?.actions ?? ''
    return { name: row?.name ?? principal, actions, role: roleOfActions(actions) }
  }

  /** Gives somebody a role, or takes it (undefined), if it has those actions now. */
  put(
    channel: string,
    principal: string,
    change: { known: string; role: MemberRole | undefined },
  ): Promise<Outcome> {
    const actions = change.role === undefined ? '' : actionsOf(change.role).join(',')
    const limits = [this.#options.maxGrants, MAX_OWN, MAX_MEMBERS]
    return this.#outcome(sql.PUT, [channel, principal, change.known, actions, ...limits])
  }

  /** A channel that one has left sight of counts as followed again. */
  async follow(principal: string, channel: string): Promise<void> {
    await this.#query(sql.FOLLOW, [principal, channel])
  }

  /** People with an account by the beginnings of words; `only`: of the channels that are for its people, and also guests. */
  find(words: string, by: string, only: 'all' | 'known'): Promise<Person[]> {
    return this.#query(only === 'all' ? sql.FIND : sql.FIND_KNOWN, [words, by])
  }

  async #outcome(text: string, values: Parameters<Queries['query']>[1]): Promise<Outcome> {
    const [row] = await this.#query<{ outcome: Outcome }>(text, values)
    if (row === undefined) throw new Error('the database gave no outcome')
    return row.outcome
  }

  #query<Row>(text: string, values: Parameters<Queries['query']>[1]): Promise<Row[]> {
    return this.#options.database.query<Row>(text, values)
  }
}

interface MemberRow extends Person {
  channel: string
  actions: string
}

function roleOfActions(list: string): MemberRole | undefined {
  const actions = readActions(list)
  return roleOf((action) => actions.includes(action))
}

/** Nobody can guess it, and it says nothing. */
export function newPrivateName(): string {
  return PRIVATE_PREFIX + randomBytes(12).toString('hex')
}

/** The same for the same people, whoever of them asks: two who write to each other at once have one channel. */
export function directName(people: readonly string[]): string {
  const sorted = [...people].sort().join(' ')
  return DIRECT_PREFIX + createHash('sha256').update(sorted).digest('hex').slice(0, 32)
}
