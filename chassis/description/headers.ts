import { z } from 'zod'

const text = z.string()

/** The headers of answers, with the schemas of their values. */
export const HEADERS = {
  'X-Request-Id': text
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .describe('Names the request in all logs. A client may send one of its own'),
  Location: text.describe('The address of what was made, or where the browser goes'),
  Link: text.describe('The pages after and before this one, as `next` and `prev` (RFC 8288)'),
  ETag: text.describe('For `If-None-Match`: 304 if nothing has changed'),
  Vary: text.describe('The headers by which the answer was chosen'),
  'Set-Cookie': text.describe('The cookies of the session: the browser keeps them'),
  'WWW-Authenticate': text.describe('How to bring a token (RFC 6750)'),
  'Retry-After': z.int().min(0).describe('Seconds after which a retry may succeed'),
  'RateLimit-Policy': text.describe('Limits, as points `q` in `w` seconds'),
  RateLimit: text.describe('What is left of them: `r` points for `t` seconds'),
} as const satisfies Record<string, z.ZodType>

export type HeaderName = keyof typeof HEADERS
