import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

const SANE = /^[A-Za-z0-9_.-]{1,64}$/

/** Takes the proxy's id, so that one id runs through all logs; makes one if there is none to trust. */
export function requestIdOf({ headers }: { headers: Readonly<Record<string, unknown>> }): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}

export const requestId: RequestHandler = (request, response, next) => {
  const id = requestIdOf(request)
  request.id = id
  response.setHeader('X-Request-Id', id)
  next()
}
