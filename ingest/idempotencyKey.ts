import { Problem } from '../contract/problem.ts'

/** Throws `invalid-parameter` on anything but visible ASCII: a key that two hops read differently would not be one. */
export function parseIdempotencyKey(header: string | undefined): string | null {
  if (header === undefined) return null
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return header
  throw new Problem('invalid-parameter', 'Idempotency-Key is 1 to 255 visible ASCII characters.')
}
