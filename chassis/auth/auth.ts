import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { Access, type AccessOptions } from './access.ts'
import { Authenticator } from './authenticator.ts'
import { createAuthMetrics } from './authMetrics.ts'
import { cookieNames } from './credentials.ts'
import type { Issuer } from './issuers.ts'
import { TokenVerifier } from './tokenVerifier.ts'

/** How a service knows whose a request is, and what that one may. */
export interface Auth {
  authenticator: Authenticator
  access: Access
  /** Reads what it needs, now and from time to time; returns what stops that. */
  start: () => () => void
}

export interface AuthOptions {
  config: { AUTH: 'open' | 'required'; ISSUERS: readonly Issuer[]; SECURE_COOKIES: boolean }
  /** See LogReader. */
  changes: AccessOptions['changes']
  registry: Registry
  logger: Logger
  clock: Clock
}

const now = (): number => Date.now()

/** Undefined with AUTH=open. */
export function createAuth(options: AuthOptions): Auth | undefined {
  const { config, changes, registry, logger, clock } = options
  if (config.AUTH === 'open') {
    logger.warn('AUTH=open: everybody may read and write everything, under any name')
    return undefined
  }
  const access = new Access({
    changes,
    clock,
    now,
    onError: (error) => logger.warn({ err: error }, 'grants and revocations could not be read'),
  })
  const verifier = new TokenVerifier({
    issuers: config.ISSUERS,
    clock,
    now,
    onError: (error, issuer) =>
      logger.warn({ err: error, issuer }, 'the keys of an issuer could not be read'),
  })
  const authenticator = new Authenticator({
    verifier,
    access,
    cookieName: cookieNames(config.SECURE_COOKIES).access,
    count: createAuthMetrics(registry, access),
    now,
  })
  return {
    authenticator,
    access,
    start: () => {
      const stops = [access.start(), verifier.start()]
      return () => stops.forEach((stop) => stop())
    },
  }
}
