import type { Testbed } from './testbed.ts'
import type { LoadOptions } from './loadClient.ts'
import type { Publisher } from './publisher.ts'

/** What the gateway is called, and that of an earlier commit beside it. */
export const NOW = 'Causeway'
export const BEFORE = 'Causeway, before'

/** A server that is measured beside the others, in the same way. */
export interface Target {
  name: string
  /** Starts it again, on its core; `channels` is how many the messages are spread over. */
  start: (testbed: Testbed, channels: number) => Promise<Running>
}

export interface Running {
  /** The process whose memory and time are the server's. */
  pid: number
  /** Its private address, where it has one. */
  metricsUrl?: string
  /** How its streams are opened. */
  load: Pick<LoadOptions, 'port' | 'path' | 'channels' | 'readyEvent'>
  /** How messages get to it; call this when all streams are open. */
  publisher: () => Promise<Publisher>
  stop: () => Promise<void>
}
