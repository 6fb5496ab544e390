import type { Place } from '../../gateway/events/admission.ts'
import type { HolderLimits } from '../../gateway/events/holders.ts'

/** For one address, or principal: everything. */
export const UNLIMITED: HolderLimits = {
  maxStreams: Infinity,
  maxChannels: Infinity,
  ratePerSecond: Infinity,
  burst: Infinity,
}

/** A place of one stream with one channel. */
export function placeOf(address: string): Place {
  return { address, principal: undefined, named: 1 }
}
