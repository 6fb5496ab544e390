import type { Queries } from './database.ts'
import { hashOf, newId, newSecret } from './secrets.ts'
import * as sql from './sessionSql.ts'

export interface SessionsOptions {
  database: Queries
  /** A session ends if it is not used for so long, and `maxSeconds` after it began in any case. */
  idleSeconds: number
  maxSeconds: number
  /** The life of an access token. */
  tokenSeconds: number
}

/** For whom a session is, and what began it. */
export interface NewSession {
  principal: string
  name: string
  groups: readonly string[]
  userAgent: string
  provider?: string | undefined
  subject?: string | undefined
  providerSid?: string | undefined
}

interface Provided {
  provider: string
  subject?: string | undefined
  sid?: string | undefined
}

/** Times in milliseconds since 1970, by the database's clock. */
export interface Session {
  sid: string
  principal: string
  name: string
  groups: readonly string[]
  createdAt: number
  endsAt: number
  now: number
  /** The cookie's new value; undefined: the browser keeps, or soon gets, another one. */
  cookie: string | undefined
}

export interface ListedSession {
  id: string
  createdAt: string
  usedAt: string
  userAgent: string
  /** The identity provider that vouched for the person; null without one. */
  provider: string | null
}

/**
 * Signed-in browsers. A session's cookie is `<sid>.<secret>`. Each renewal offers a new secret, which counts from its first use: an
 * answer that is lost signs nobody out. After that the old one is good for half a minute more. Whoever sends it later has a copy
 * of the cookie, or the owner has one: the session ends.
 */
export class Sessions {
  readonly #options: SessionsOptions

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Undefined if the principal is banned. */
  async begin(session: NewSession): Promise<Session | undefined> {
    const { database, maxSeconds, tokenSeconds } = this.#options
    const { principal, name, groups, userAgent, provider, subject, providerSid } = session
    await database.query(sql.END_OLDEST, [principal, tokenSeconds])
    const sid = newId(16)
    const secret = newSecret()
    const origin = [provider ?? null, subject ?? null, providerSid ?? null]
    const values = [sid, principal, name, groups, hashOf(secret), maxSeconds, userAgent, ...origin]
    const [row] = await database.query<SessionRow>(sql.BEGIN, values)
    return row && { ...toSession(row), cookie: `${sid}.${secret}` }
  }

  /** The session with this cookie, if it is open. */
  async find(cookie: string): Promise<Session | undefined> {
    const [sid, secret] = split(cookie)
    const { database, idleSeconds } = this.#options
    const [row] = await database.query<SessionRow>(sql.FIND, [sid, hashOf(secret), idleSeconds])
    return row && toSession(row)
  }

  /** The same, and marks it as used. */
  async renew(cookie: string): Promise<Session | undefined> {
    const [sid, secret] = split(cookie)
    const { database, idleSeconds, tokenSeconds } = this.#options
    const hash = hashOf(secret)
    const next = newSecret()
    const [row] = await database.query<SessionRow & { offered: boolean }>(sql.RENEW, [
      sid,
      hash,
      idleSeconds,
      hashOf(next),
    ])
    if (row === undefined) {
      await database.query(sql.END_DEAD, [sid, hash, idleSeconds, tokenSeconds])
      return undefined
    }
    return { ...toSession(row), cookie: row.offered ? `${sid}.${next}` : undefined }
  }

  /** Those of a principal, the last used first. */
  list(principal: string): Promise<ListedSession[]> {
    return this.#options.database.query(sql.LIST, [principal, this.#options.idleSeconds])
  }

  /** Ends the session and its open streams. */
  async end(sid: string): Promise<void> {
    await this.#options.database.query(sql.END, [sid, this.#options.tokenSeconds])
  }

  /** The same, if it is one of this principal's; otherwise false. */
  async endOf(principal: string, sid: string): Promise<boolean> {
    const { database, tokenSeconds } = this.#options
    const [row] = await database.query<Ended>(sql.END_OF, [principal, sid, tokenSeconds])
    return row !== undefined && row.ended > 0
  }

  /** Ends all sessions of a principal, but one if it is given. */
  async endAll(principal: string, except = ''): Promise<void> {
    const { database, tokenSeconds } = this.#options
    await database.query(sql.END_ALL, [principal, except, tokenSeconds])
  }

  /** Ends those that an identity provider vouched for: of a person, or with the provider's own id of a session, or both. */
  async endProvided({ provider, subject, sid }: Provided): Promise<number> {
    const { database, tokenSeconds } = this.#options
    const [row] =
      sid === undefined
        ? await database.query<Ended>(sql.END_OF_PERSON, [provider, subject ?? null, tokenSeconds])
        : await database.query<Ended>(sql.END_OF_SID, [
            provider,
            sid,
            tokenSeconds,
            subject ?? null,
          ])
    return row?.ended ?? 0
  }

  /** Deletes some of the sessions that have ended by themselves; false if there are no more. */
  async forget(): Promise<boolean> {
    const rows = await this.#options.database.query(sql.FORGET, [this.#options.idleSeconds])
    return rows.length > 0
  }
}

function split(cookie: string): [string, string] {
  const [sid = '', secret = ''] = cookie.split('.', 2)
  return [sid, secret]
}

interface Ended {
  ended: number
}

interface SessionRow {
  sid: string
  principal: string
  name: string
  groups: string[]
  createdAt: string
  endsAt: string
  now: string
}

function toSession({ sid, principal, name, groups, ...row }: SessionRow): Session {
  const times = {
    createdAt: Number(row.createdAt),
    endsAt: Number(row.endsAt),
    now: Number(row.now),
  }
  return { sid, principal, name, groups, ...times, cookie: undefined }
}
