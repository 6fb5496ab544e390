import { Problem } from '../contract/problem.ts'

/**
 * Throws `invalid-parameter` on anything but visible ASCII: a key that two hops read differently would not be one. Also on a key of
 * nobody: two senders who chose the same one would swallow or refuse each other's messages.
 */
export function parseIdempotencyKey(
  header: string | undefined,
  principal: string | undefined,
): string | null {
  if (header === undefined) return null
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new Problem('invalid-parameter', 'Idempotency-Key is 1 to 255 visible ASCII characters.')
  }
  if (principal === undefined) {
    throw new Problem('invalid-parameter', 'An Idempotency-Key needs a Causeway-Sender.')
  }
  return header
}
