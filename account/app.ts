import type { Request } from 'express'
import { createReadBody } from '../chassis/body.ts'
import { clientAddress } from '../chassis/clientAddress.ts'
import type { App } from '../chassis/expressApp.ts'
import { type AppOptions, createApp } from '../chassis/http.ts'
import type { Route } from '../chassis/route.ts'
import type { Account } from './account.ts'
import { createAdminRoutes } from './adminRoutes.ts'
import { createChannelRoutes } from './channelRoutes.ts'
import { createGrantRoutes } from './grantRoutes.ts'
import { createMemberRoutes } from './memberRoutes.ts'
import { createPasskeyRoutes } from './passkeys/passkeyRoutes.ts'
import { sameOrigin } from './sameOrigin.ts'
import { createSessionRoutes } from './sessionRoutes.ts'
import { createSignInRoutes, type SignInRoutesOptions } from './signInRoutes.ts'
import { createTokenRoutes } from './tokenRoutes.ts'

export interface AccountAppOptions extends Omit<AppOptions, 'routes' | 'before' | 'corsOrigins'> {
  account: Account
  guests: boolean
  /** Identity providers, for the page to show. */
  providers: readonly { id: string; name: string }[]
  /** Their routes. */
  providerRoutes: readonly Route[]
  limit: SignInRoutesOptions['limit']
  /** Proxies in front, whose X-Forwarded-For is believed. */
  proxyHops: number
}

/** The largest body is a new passkey's. */
const BODY_LIMITS = { maxBytes: 16_384, maxReadingBytes: 4_194_304 }

export function createAccountApp(options: AccountAppOptions): App {
  const { account, guests, providers, providerRoutes, limit, proxyHops, ...edge } = options
  const readBody = createReadBody(BODY_LIMITS)
  const addressOf = ({ socket, headers }: Request): string =>
    clientAddress(socket, headers['x-forwarded-for']?.toString(), proxyHops)
  const tries = { readBody, limit, addressOf }
  const routes = [
    ...createSignInRoutes(account, { guests, providers, ...tries }),
    ...createSessionRoutes(account, tries),
    ...createPasskeyRoutes(account, tries),
    ...createTokenRoutes(account),
    ...createAdminRoutes(account, readBody),
    ...createGrantRoutes(account, readBody),
    ...createChannelRoutes(account, readBody),
    ...createMemberRoutes(account, readBody),
    ...providerRoutes,
  ]
  // No other origin: a page elsewhere may use Causeway with tokens, but not somebody's sessions.
  return createApp({ ...edge, corsOrigins: [], before: [sameOrigin], routes })
}
