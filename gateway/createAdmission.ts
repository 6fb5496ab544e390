import type { z } from 'zod'
import type { gatewayConfig } from './config.ts'
import { Admission } from './events/admission.ts'

/** By the limits of the configuration. */
export function createAdmission(config: z.output<typeof gatewayConfig>): Admission {
  return new Admission({
    maxStreams: config.MAX_STREAMS,
    maxChannels: config.MAX_CHANNELS,
    ratePerSecond: config.STREAMS_PER_SECOND,
    burst: config.STREAMS_BURST,
    maxMemoryBytes: config.MAX_MEMORY_BYTES,
    perAddress: {
      maxStreams: config.MAX_STREAMS_PER_ADDRESS,
      maxChannels: config.MAX_CHANNELS_PER_ADDRESS,
      ratePerSecond: config.STREAMS_PER_SECOND_PER_ADDRESS,
      burst: config.STREAMS_BURST_PER_ADDRESS,
    },
    perPrincipal: {
      maxStreams: config.MAX_STREAMS_PER_PRINCIPAL,
      maxChannels: config.MAX_CHANNELS_PER_PRINCIPAL,
      // All gateways count these together, see `main.ts`.
      ratePerSecond: Infinity,
      burst: Infinity,
    },
  })
}
