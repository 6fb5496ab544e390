import { covers } from './grants.ts'

/** Channels that match the pattern belong to the log. A pattern is as in grants, without `{sub}`. */
export interface LogRule {
  pattern: string
  log: number
}

/** Each log has a row, two bridges and a subscription of every gateway: more of them cost more than they carry. */
export const MAX_LOGS = 64

/** The largest number of a log: the database has two bytes for it. */
export const MAX_LOG_ID = 32_767

/**
 * Which log a channel belongs to, for ever: its positions were given out by that log. So the list of logs and the rules are chosen once.
 *
 * The first rule that matches decides, and a log that a rule names gets no other channels. The other logs share the rest by rendezvous
 * hashing: each log has a weight for the channel, and the highest wins. It needs no table, the order of the list does not matter, and
 * a log more takes its share of the channels and moves no other one.
 */
export class ChannelLogs {
  readonly #rules: readonly LogRule[]
  readonly #shared: readonly { log: number; key: number }[]

  /** Ids of logs, of which no rule names at least one. */
  constructor(logs: readonly number[], rules: readonly LogRule[]) {
    this.#rules = rules
    this.#shared = logs
      .filter((log) => !rules.some((rule) => rule.log === log))
      .sort((one, other) => one - other)
      .map((log) => ({ log, key: mixed(log + 1) }))
    if (this.#shared.length === 0) throw new RangeError('no log is left for other channels')
  }

  /** The channel's name is valid. */
  logOf(channel: string): number {
    for (const { pattern, log } of this.#rules) {
      if (covers(pattern, channel, '')) return log
    }
    const [first] = this.#shared
    return this.#shared.length === 1 && first !== undefined ? first.log : this.#heaviest(channel)
  }

  #heaviest(channel: string): number {
    const hash = hashOf(channel)
    let best = 0
    let most = -1
    for (const { log, key } of this.#shared) {
      const weight = mixed(hash ^ key)
      if (weight <= most) continue
      best = log
      most = weight
    }
    return best
  }
}

/** FNV-1a of 32 bits. Names of channels are ASCII, so a character is a byte. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  return hash
}

/** The last step of MurmurHash3, from 0 to 2^32 - 1: FNV alone hardly changes its high bits with the last character. */
function mixed(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}
