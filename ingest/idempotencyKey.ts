import { z } from 'zod'
import { Problem } from '../contract/problem.ts'

/** Visible ASCII: two hops might read anything else differently. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/)

/**
 * Throws `invalid-parameter` on a key that is none. Also on a key without a
 * sender: two anonymous senders with the same key would swallow or refuse each other's messages.
 */
export function parseIdempotencyKey(
  header: string | undefined,
  principal: string | undefined,
): string | null {
  if (header === undefined) return null
  if (!idempotencyKey.safeParse(header).success) {
    throw new Problem(
      'invalid-parameter',
      'Idempotency-Key must be 1 to 255 visible ASCII characters.',
    )
  }
  if (principal === undefined) {
    throw new Problem('invalid-parameter', 'Idempotency-Key requires a Causeway-Sender.')
  }
  return header
}
