import type { Request, RequestHandler } from 'express'
import type { Action } from '../../contract/grants.ts'
import { Problem } from '../../contract/problem.ts'
import type { Access } from './access.ts'
import type { Authenticator } from './authenticator.ts'
import { refuseCrossSite } from './crossSite.ts'
import type { Identity } from './identity.ts'
import { TokenRefused } from './tokenProblem.ts'

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

/** Which of all channels a request may read. */
interface Readable {
  /** Of the grants that allow it. */
  patterns: readonly string[]
  /** For `{sub}` in them. */
  principal: string
  allows: (channel: string) => boolean
}

export type ReadableBy = (request: Request) => Readable

/** Without `access`, as with AUTH=open, everybody may read all. */
export function createReadableBy(access: Pick<Access, 'allows' | 'table'> | undefined): ReadableBy {
  return ({ identity }) => {
    if (access === undefined) return { patterns: ['**'], principal: '', allows: () => true }
    if (identity === undefined) throw new Problem('unauthenticated')
    const { principal, groups, grants } = identity
    const all = [...grants, ...access.table.grantsOf(principal, groups)]
    return {
      patterns: all.flatMap(({ pattern, actions }) => (actions.includes('read') ? [pattern] : [])),
      principal,
      allows: (channel) => access.allows(identity, 'read', channel),
    }
  }
}

/**
 * Throws `forbidden` unless the identity, e.g. a request's, has a grant for the action on each of the channels, and
 * `unauthenticated` if it was revoked since the request came.
 */
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
export function createRequireAccess(
  access: Pick<Access, 'require' | 'refusal'> | undefined,
): RequireAccess {
  return ({ identity }, action, channels) => {
    if (access === undefined) return
    if (identity === undefined) throw new Problem('unauthenticated')
    if (access.refusal(identity) !== undefined) throw new TokenRefused('revoked')
    access.require(identity, action, channels)
  }
}
