import type { RequestHandler } from 'express'
import { readBearer } from '../chassis/auth/credentials.ts'
import { refuseCrossSite } from '../chassis/auth/crossSite.ts'

/**
 * For Express: refuses what pages of other origins send with this browser's cookies, and sign-ins that they begin in its name. Only a
 * bearer's token is safe from that: a browser adds the credentials of other schemes by itself.
 */
export const sameOrigin: RequestHandler = (request, _response, next) => {
  const { method, headers } = request
  const { authorization, host, origin } = headers
  const by = readBearer(authorization) ? 'header' : 'cookie'
  refuseCrossSite(by, { method, host, origin, site: request.get('sec-fetch-site') }, [])
  next()
}
