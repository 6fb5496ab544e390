/**
 * The names of one log in Redis. All share one hash tag, `{<log>}`, and so one cluster slot, because the scripts touch several at
 * once. All names of messages carry the epoch: after a restore nobody looks at the old log's names, and they expire.
 */
export class RedisKeys {
  /** A pub/sub channel for the extent: about once a second, and as soon as a copy begins. */
  readonly watermark: string
  readonly #log: string

  constructor(prefix: string, logId: number) {
    this.#log = `${prefix}:{${logId}}`
    this.watermark = `${this.#log}:watermark`
  }

  /** The extent of the copy in Redis; see Extent. */
  extent(epoch: string): string {
    return `${this.#log}:${epoch}:extent`
  }

  /** The stream of a channel's recent messages, under ids `<position>-0`, field `m`. */
  recent(epoch: string, channel: string): string {
    return `${this.#log}:${epoch}:recent:${channel}`
  }

  /** The pub/sub channel for a channel's new messages. */
  live(epoch: string, channel: string): string {
    return `${this.livePrefix(epoch)}${channel}`
  }

  /** The pub/sub channel for a channel's signals. It has no epoch: signals are of no log. */
  signals(channel: string): string {
    return `${this.signalsPrefix}${channel}`
  }

  /** The start of every such name. */
  get signalsPrefix(): string {
    return `${this.#log}:signals:`
  }

  /** Who is in a channel: a sorted set of people by the end of their leases, in milliseconds of Redis' clock. */
  presence(channel: string): string {
    return `${this.presencePrefix}${channel}`
  }

  /** The start of every such name. */
  get presencePrefix(): string {
    return `${this.#log}:presence:`
  }

  /**
   * What became of the people lately: a sorted set by consecutive numbers. The first one, 0, is a random text that lives as long as
   * Redis' data: another one says that the leases are lost. The others are channels whose people changed, and leases that were shortened.
   */
  get presenceNews(): string {
    return `${this.#log}:presence-news`
  }

  /** The start of every `live` name of an epoch; the rest is the channel. */
  livePrefix(epoch: string): string {
    return `${this.#log}:${epoch}:live:`
  }
}
