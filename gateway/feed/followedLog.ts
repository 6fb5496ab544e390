import { contradicts, type Place } from '../../contract/place.ts'
import type { Logger } from '../../chassis/logger.ts'
import { ReadSize } from '../../chassis/readSize.ts'
import type { LogReader } from '../../history/logReader.ts'
import type { ScanQuery } from '../../history/types.ts'
import type { Heads } from '../hub/hub.ts'
import type { GatewayMetrics } from '../metrics.ts'

export interface FollowedLogOptions {
  log: Pick<LogReader, 'heads' | 'scan' | 'endEpoch'>
  /** Asked at each read. `place`: up to where the log has been followed. */
  followed: () => { epoch: string | undefined; place: Place }
  metrics: Pick<GatewayMetrics, 'epochsEnded'>
  logger: Logger
}

/** Bytes of messages read at once. */
const SCAN_BYTES = 4_000_000
const WENT_BACK = 'the log went back'

/**
 * The log as its gateway reads it. Each answer is compared with the place up to which the log was followed when it was asked: if it
 * is not that log any more, its epoch is ended. Rejects as the log does.
 */
export class FollowedLog {
  readonly #options: FollowedLogOptions
  readonly #size = new ReadSize(SCAN_BYTES)

  constructor(options: FollowedLogOptions) {
    this.#options = options
  }

  /** The log's head and those of some channels; of the epoch after it, if this ends one. */
  async heads(channels: readonly string[]): Promise<Heads> {
    const { log, logger, metrics } = this.#options
    const { epoch, place } = this.#options.followed()
    const heads = await log.heads(channels, place.position)
    if (heads.epoch !== epoch || !contradicts(heads, place)) return heads
    if (await log.endEpoch(epoch, place)) {
      metrics.epochsEnded.inc()
      logger.error({ epoch, ...place }, `${WENT_BACK}; its epoch was ended`)
    }
    return log.heads(channels, place.position)
  }

  /** A read that fails may fail by its size, and would again: the next one is smaller. */
  async scan(query: Omit<ScanQuery, 'maxBytes'>): ReturnType<LogReader['scan']> {
    const { place } = this.#options.followed()
    const found = await this.#size.read((maxBytes) =>
      this.#options.log.scan({ ...query, maxBytes, mark: place.position }),
    )
    // It went back since its head was looked at. The next look ends the epoch.
    if (found.position < query.upTo || contradicts(found, place)) throw new Error(WENT_BACK)
    return found
  }
}
