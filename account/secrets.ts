import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, as 43 letters, digits, `_` and `-`. Nobody can guess it, so a fast hash is enough to keep it. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a secret: its SHA-256. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** A name that nobody else has: `bytes` random bytes in hexadecimal digits. */
export function newId(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
