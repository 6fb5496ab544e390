import type { Testbed } from './testbed.ts'
import type { LoadOptions } from './load/loadClient.ts'
import type { Publisher } from './load/publisher.ts'

/** The names of our gateway, and of an earlier commit's gateway beside it. */
export const NOW = 'Causeway'
export const BEFORE = 'Causeway, before'

/** A server that is measured in the same way as the others. */
export interface Target {
  name: string
  /** Starts a fresh one on its core; messages are spread over this number of channels. */
  start: (testbed: Testbed, channels: number) => Promise<Running>
}

export interface Running {
  /** The process whose memory and processor time count. */
  pid: number
  /** The private address, if the server has metrics. */
  metricsUrl?: string | undefined
  /** How its streams are opened. */
  load: Pick<LoadOptions, 'port' | 'path' | 'channels' | 'readyEvent' | 'tokens'>
  /** Sends messages to it; call this when all streams are open. */
  publisher: () => Promise<Publisher>
  stop: () => Promise<void>
}
