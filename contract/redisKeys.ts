/**
 * The names of one log in Redis. All share one hash tag, `{<log>}`, and so one cluster slot: the atomic step touches several
 * of them. All but the beacon carry the epoch: after a restore the old log's names are simply not looked at any more, and expire.
 */
export class RedisKeys {
  /** A pub/sub channel: about once a second, and at once after a change of epoch, where the log is. See `formatBeacon`. */
  readonly beacon: string
  readonly #log: string

  constructor(prefix: string, logId: number) {
    this.#log = `${prefix}:{${logId}}`
    this.beacon = `${this.#log}:beacon`
  }

  /** A hash: `position`, the last position that Redis has, and `floor`, the one that it began after. */
  head(epoch: string): string {
    return `${this.#log}:${epoch}:head`
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

/** What Redis has of a log: every message with `floor < position <= head`. */
export interface Extent {
  floor: number
  head: number
}

export interface Beacon extends Extent {
  epoch: string
}

/** `<epoch> <head> <floor>` */
export function parseBeacon(text: string): Beacon | undefined {
  const [, epoch, head, floor] = /^([a-z0-9]{1,16}) (\d{1,16}) (\d{1,16})$/.exec(text) ?? []
  return epoch === undefined ? undefined : { epoch, head: Number(head), floor: Number(floor) }
}

export function formatBeacon({ epoch, head, floor }: Beacon): string {
  return `${epoch} ${head} ${floor}`
}
