import { contradicts, type Place } from '../../contract/place.ts'
import { ReadSize } from '../../chassis/readSize.ts'
import type { LogReader } from '../../history/logReader.ts'
import type { ScanQuery } from '../../history/types.ts'
import type { Heads } from '../hub/source.ts'

export interface FollowedLogOptions {
  log: Pick<LogReader, 'heads' | 'scan' | 'endEpoch'>
  /** Called at each read. `place`: how far the log has been followed. */
  followed: () => { epoch: string | undefined; place: Place }
  /** This gateway has ended an epoch, because the log went back behind this place. */
  onEpochEnded: (epoch: string, place: Place) => void
}

/** Message data in one read. */
const SCAN_BYTES = 4_000_000

/**
 * The log as a gateway follows it. Each answer is compared with the place that the gateway had reached when it asked. If the log
 * is not the same any more, this ends its epoch. Rejects as the log does.
 */
export class FollowedLog {
  readonly #options: FollowedLogOptions
  readonly #size = new ReadSize(SCAN_BYTES)

  constructor(options: FollowedLogOptions) {
    this.#options = options
  }

  /** The log's head, and the heads of some channels; those of the next epoch, if this call ends one. */
  async heads(channels: readonly string[]): Promise<Heads> {
    const { log, onEpochEnded } = this.#options
    const { epoch, place } = this.#options.followed()
    const heads = await log.heads(channels, place.position)
    if (heads.epoch !== epoch || !contradicts(heads, place)) return heads
    if (await log.endEpoch(epoch, place)) onEpochEnded(epoch, place)
    return log.heads(channels, place.position)
  }

  /** A read may fail because of its size, and would fail again: the next one is smaller. */
  async scan(query: Omit<ScanQuery, 'maxBytes'>): ReturnType<LogReader['scan']> {
    const { place } = this.#options.followed()
    const found = await this.#size.read((maxBytes) =>
      this.#options.log.scan({ ...query, maxBytes, mark: place.position }),
    )
    // The log went back since its head was looked at. The next look ends the epoch.
    if (found.position < query.upTo || contradicts(found, place))
      throw new Error('the log went back')
    return found
  }
}
