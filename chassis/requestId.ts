import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'

const SANE = /^[A-Za-z0-9_.-]{1,64}$/

/** Takes the id that the proxy gave, so that one id runs through all logs; makes one where there is none to trust. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}

export const requestId: RequestHandler = (request, response, next) => {
  const id = requestIdOf(request)
  request.id = id
  response.setHeader('X-Request-Id', id)
  next()
}
