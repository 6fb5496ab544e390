/** Bounds of a wait, in milliseconds: the first wait is at most `first`, doubling up to `most`. */
export interface Backoff {
  first: number
  most: number
}

/**
 * Full jitter: anywhere between nothing and the bound. Clients that were cut off together must not come back together,
 * and a wait with a fixed part would keep them in step.
 */
export function backoffDelay(failures: number, random: number, { first, most }: Backoff): number {
  return Math.round(random * Math.min(most, first * 2 ** Math.min(failures, 30)))
}
