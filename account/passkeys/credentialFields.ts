import { z } from 'zod'

const base64url = z
  .string('must be a string')
  .regex(/^[A-Za-z0-9_-]{1,12000}$/, 'must be base64url')
// As long as an authenticator may make it (1,023 bytes).
const id = base64url.max(1_364, 'is too long')
const credential = { id, rawId: id, type: z.literal('public-key', 'must be public-key') }

// Not strict, as other bodies are: a browser's own `toJSON` writes them, and later browsers add to them.

/** A passkey that a browser has made. */
export const NewCredential = z.object({
  ...credential,
  response: z.object({ clientDataJSON: base64url, attestationObject: base64url }),
})
export type NewCredential = z.output<typeof NewCredential>

/** A passkey that has signed. */
export const Assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    /** Whose it is; only a passkey that needs no name tells that. */
    userHandle: base64url,
  }),
})
export type Assertion = z.output<typeof Assertion>
