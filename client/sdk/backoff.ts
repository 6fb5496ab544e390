/** Bounds of a wait, in milliseconds: at most `first` after the first failure, doubling up to `max`. */
export interface Backoff {
  first: number
  max: number
}

/**
 * The wait in milliseconds, with full jitter: anywhere between 0 and the bound; `random` is 0..1. Clients that were disconnected
 * together must not reconnect together, and a wait with a fixed part would keep them in step.
 */
export function backoffDelay(failures: number, random: number, { first, max }: Backoff): number {
  return Math.round(random * Math.min(max, first * 2 ** Math.min(failures, 30)))
}
