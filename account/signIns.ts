import type { Request, Response } from 'express'
import { Problem } from '../contract/problem.ts'
import { cleanSenderName } from '../contract/sender.ts'
import { type CookieNames, readCookie, setCookie } from './cookies.ts'
import type { External, ExternalSignIn } from './externalSignIn.ts'
import type { AccountMetrics, SignInOutcome } from './metrics.ts'
import { providedPrincipal } from './principals.ts'
import type { NewSession, Session, Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

export interface SignInsOptions {
  sessions: Sessions
  tokens: Tokens
  cookies: CookieNames
  metrics: AccountMetrics
}

/** The answer to a sign-in and to a renewal. */
export interface SignedIn {
  principal: string
  name: string
  /** The end of the access token (RFC 3339): renew before. */
  expiresAt: string
}

const MAX_USER_AGENT = 200

/** For so long after a sign-in a person may change how they sign in. Longer than it takes to find a security key. */
const RECENT_MS = 900_000

/** What a browser calls itself, for people to know it again. */
export function userAgentOf(request: Request): string {
  return (request.get('user-agent') ?? '').slice(0, MAX_USER_AGENT)
}

/** The two cookies of a browser, and what each request does to them. */
export class SignIns implements ExternalSignIn {
  readonly #options: SignInsOptions

  constructor(options: SignInsOptions) {
    this.#options = options
  }

  /** Begins a new session, with new secrets, and ends the one that the request's cookie names. Throws `forbidden` if banned. */
  async signIn(
    request: Request,
    response: Response,
    person: Omit<NewSession, 'userAgent'>,
    how: SignInOutcome,
  ): Promise<SignedIn> {
    const { sessions, metrics } = this.#options
    const before = await this.session(request)
    const session = await sessions.begin({ ...person, userAgent: userAgentOf(request) })
    metrics.signIns.inc({ outcome: session === undefined ? 'refused' : how })
    if (session === undefined) throw new Problem('forbidden', 'This account is banned.')
    if (before !== undefined) await sessions.end(before.sid)
    request.log.info({ principal: session.principal, session: session.sid }, 'signed in')
    return this.#issue(response, session)
  }

  async begin(request: Request, response: Response, person: External): Promise<void> {
    const { provider, subject, name, groups, sid } = person
    const principal = providedPrincipal(provider, subject)
    const shown = cleanSenderName(name) || principal.slice('user:'.length)
    const session = { principal, name: shown, groups, provider, subject, providerSid: sid }
    await this.signIn(request, response, session, 'provider')
  }

  end(which: Parameters<ExternalSignIn['end']>[0]): Promise<number> {
    return this.#options.sessions.endProvided(which)
  }

  /** Throws `unauthenticated` if there is no open session. */
  async renew(request: Request, response: Response): Promise<SignedIn> {
    const { sessions, cookies } = this.#options
    const cookie = readCookie(request, cookies.session)
    const session = cookie === undefined ? undefined : await sessions.renew(cookie)
    if (session === undefined) {
      this.#options.metrics.tokens.inc({ outcome: 'refused' })
      // The cookie stays: another tab may have signed in meanwhile, and replaced it.
      throw new Problem('unauthenticated')
    }
    return this.#issue(response, session)
  }

  /** The open session that the request's cookie names. */
  async session(request: Pick<Request, 'headers'>): Promise<Session | undefined> {
    const { sessions, cookies } = this.#options
    const cookie = readCookie(request, cookies.session)
    return cookie === undefined ? undefined : sessions.find(cookie)
  }

  /** The same; throws `unauthenticated` if there is none. */
  async current(request: Pick<Request, 'headers'>): Promise<Session> {
    const session = await this.session(request)
    if (session === undefined) throw new Problem('unauthenticated')
    return session
  }

  /** The same, and throws `unauthenticated` too if it began too long ago for what whoever finds an open browser must not do. */
  async recent(request: Pick<Request, 'headers'>): Promise<Session> {
    const session = await this.current(request)
    if (session.now - session.createdAt <= RECENT_MS) return session
    throw new Problem('unauthenticated', 'You signed in too long ago for this: sign in again.')
  }

  /** When the access token in the request's cookie ends, in ms since 1970; undefined if it has none of this session. */
  async accessEndsAt(request: Request, session: Session): Promise<number | undefined> {
    const { tokens, cookies } = this.#options
    const token = readCookie(request, cookies.access)
    if (token === undefined) return undefined
    const identity = await tokens.verify(token).catch(() => undefined)
    return identity?.session === session.sid ? identity.expiresAt : undefined
  }

  /** Takes both cookies away. */
  forget(response: Response): void {
    const { session, access, secure } = this.#options.cookies
    for (const name of [session, access]) setCookie(response, name, '', { secure, seconds: 0 })
  }

  async #issue(response: Response, session: Session): Promise<SignedIn> {
    const { tokens, cookies, metrics } = this.#options
    const { secure } = cookies
    const { principal, name, now, endsAt, cookie } = session
    const { token, expiresAt } = await tokens.issue(session)
    metrics.tokens.inc({ outcome: 'session' })
    setCookie(response, cookies.access, token, { secure, seconds: (expiresAt - now) / 1_000 })
    if (cookie !== undefined) {
      setCookie(response, cookies.session, cookie, { secure, seconds: (endsAt - now) / 1_000 })
    }
    return { principal, name, expiresAt: new Date(expiresAt).toISOString() }
  }
}
