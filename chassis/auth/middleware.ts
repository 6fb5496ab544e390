import type { Request, RequestHandler } from 'express'
import type { Action } from '../../contract/grants.ts'
import { Problem } from '../../contract/problem.ts'
import type { Access } from './access.ts'
import type { Authenticator } from './authenticator.ts'
import { refuseCrossSite } from './crossSite.ts'
import type { Identity } from './identity.ts'

declare global {
  namespace Express {
    interface Request {
      /** Undefined with AUTH=open. */
      identity?: Identity
    }
  }
}

/** The headers by which a sender is claimed with AUTH=open. */
const CLAIMS = ['causeway-sender', 'causeway-sender-name']

/** For Express: lets a request through that has an identity, and notes it in the request. */
export function createAuthenticate(
  authenticator: Pick<Authenticator, 'identify'>,
  allowedOrigins: readonly string[],
): RequestHandler {
  return async (request, _response, next) => {
    const identity = await authenticator.identify(request.headers)
    const { method, headers } = request
    const { host, origin } = headers
    const site = request.get('sec-fetch-site')
    refuseCrossSite(identity.by, { method, host, origin, site }, allowedOrigins)
    if (CLAIMS.some((name) => headers[name] !== undefined)) {
      throw new Problem(
        'invalid-parameter',
        'Causeway-Sender and Causeway-Sender-Name count only with AUTH=open: the sender is the token’s.',
      )
    }
    request.identity = identity
    next()
  }
}

/** Throws `forbidden` unless the identity, e.g. a request's, has a grant for the action on each of the channels. */
export type RequireAccess = (
  request: Pick<Request, 'identity'>,
  action: Action,
  channels: readonly string[],
) => void

/** Whether the identity, e.g. a request's, has a grant for the action on the channel. */
export type IsAllowed = (
  request: Pick<Request, 'identity'>,
  action: Action,
  channel: string,
) => boolean

/** Without `access`, as with AUTH=open, everybody may everything. */
export function createIsAllowed(access: Pick<Access, 'allows'> | undefined): IsAllowed {
  return ({ identity }, action, channel) =>
    access === undefined || (identity !== undefined && access.allows(identity, action, channel))
}

/** Without `access`, as with AUTH=open, everybody may everything. */
export function createRequireAccess(access: Pick<Access, 'require'> | undefined): RequireAccess {
  return ({ identity }, action, channels) => {
    if (access === undefined) return
    if (identity === undefined) throw new Problem('unauthenticated')
    access.require(identity, action, channels)
  }
}
