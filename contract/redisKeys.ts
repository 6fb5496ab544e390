/**
 * The names of one log in Redis. All share one hash tag, `{<log>}`, and so one cluster slot: the atomic step touches several
 * of them. All but the watermark carry the epoch: after a restore the old log's names are simply not looked at any more, and expire.
 */
export class RedisKeys {
  /** A pub/sub channel: the extent, about once a second and as soon as a copy begins. */
  readonly watermark: string
  readonly #log: string

  constructor(prefix: string, logId: number) {
    this.#log = `${prefix}:{${logId}}`
    this.watermark = `${this.#log}:watermark`
  }

  /** What Redis has; see Extent. */
  extent(epoch: string): string {
    return `${this.#log}:${epoch}:extent`
  }

  /** A stream of a channel's recent messages, under ids `<position>-0`, field `m`. */
  recent(epoch: string, channel: string): string {
    return `${this.#log}:${epoch}:recent:${channel}`
  }

  /** The pub/sub channel of a channel's new messages. */
  live(epoch: string, channel: string): string {
    return `${this.livePrefix(epoch)}${channel}`
  }

  /** What every `live` name of an epoch starts with; the rest is the channel. */
  livePrefix(epoch: string): string {
    return `${this.#log}:${epoch}:live:`
  }
}
