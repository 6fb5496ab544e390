import cors from 'cors'
import type { RequestHandler } from 'express'

/** For Express: lets the pages of these origins call. */
export function createCors(origins: string[]): RequestHandler {
  return cors({
    origin: origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    // For the cookie that holds the token.
    credentials: true,
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Last-Event-ID',
      'Idempotency-Key',
      'Causeway-Sender',
      'Causeway-Sender-Name',
    ],
    exposedHeaders: [
      'Location',
      'Link',
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
    ],
    // Chromium keeps an answer for two hours at most; without it every post would cost two requests.
    maxAge: 7200,
  })
}

/** The same for answers that Express does not write: the header lines for a request with this `Origin`. */
export function createCorsLines(origins: readonly string[]): (origin: unknown) => string {
  if (origins.length === 0) return () => ''
  const lines = new Map<unknown, string>()
  for (const origin of origins) {
    lines.set(
      origin,
      `Vary: Origin\r\nAccess-Control-Allow-Origin: ${origin}\r\n` +
        'Access-Control-Allow-Credentials: true\r\n' +
        'Access-Control-Expose-Headers: X-Request-Id\r\n',
    )
  }
  return (origin) => lines.get(origin) ?? 'Vary: Origin\r\n'
}
