import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

const SANE = /^[A-Za-z0-9_.-]{1,64}$/

/** Takes the id that the proxy gave, so that one id runs through all logs; makes one where there is none to trust. */
export const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  const id = given !== undefined && SANE.test(given) ? given : randomUUID()
  request.id = id
  response.setHeader('X-Request-Id', id)
  next()
}
