import type { Queries } from './database.ts'

/** Verifiers' clocks may differ; and then the row is there for one who wonders. */
const SLACK_SECONDS = 300

/** A row that says that somebody may sign in no more, and that none of their tokens is good. */
export const BANNED = `exists (
  select from "access" where "kind" = 'revocation' and "subject" = s."principal" and "pattern" = '' and "not_before" = 'infinity')`

/**
 * SQL that deletes sessions (`delete from "session" … returning "sid"`) and revokes the tokens of each; its one row has their
 * number, `ended`. `seconds` is the parameter with the life of a token.
 */
export function endSessions(deletion: string, seconds: string): string {
  // All are deleted before the first is revoked. Two statements that did both by turns, each with another session first, would wait
  // for each other.
  return `
    with "ended" as (${deletion}), "all" as (select array_agg("sid") as "sids" from "ended")
    select count(${revoke(`'session:' || "sid"`, `'infinity'`, seconds)})::integer as "ended"
    from "all", unnest("sids") as "sid"`
}

/** SQL that refuses a subject's tokens that were issued before. */
export function revoke(subject: string, notBefore: string, seconds: string): string {
  return `access_put('revocation', ${subject}, '', '', ${notBefore},
    now() + (${seconds}::integer + ${SLACK_SECONDS}) * interval '1 second')`
}

export interface RevocationsOptions {
  database: Queries
  /** The life of a token in seconds. */
  tokenSeconds: number
}

/** Bans, and the end of everything that a principal has now. */
export class Revocations {
  readonly #options: RevocationsOptions

  constructor(options: RevocationsOptions) {
    this.#options = options
  }

  /** Refuses all tokens of a principal, old and new, ends its sessions, and lets it sign in no more. */
  async ban(principal: string): Promise<void> {
    // The row first: whoever signs in between is refused by it.
    await this.#options.database.query(BAN, [principal])
    await this.#endSessions(principal)
  }

  /** Its earlier tokens stay refused. */
  async unban(principal: string): Promise<void> {
    await this.#options.database.query(UNBAN, [principal, this.#options.tokenSeconds])
  }

  /** Ends its sessions and refuses the tokens that it has; it may sign in again. A ban stays. */
  async revoke(principal: string): Promise<void> {
    // The sessions first: none of them gets a token that is newer than the row.
    await this.#endSessions(principal)
    await this.#options.database.query(REVOKE, [principal, this.#options.tokenSeconds])
  }

  async isBanned(principal: string): Promise<boolean> {
    const rows = await this.#options.database.query(IS_BANNED, [principal])
    return rows.length > 0
  }

  /** Whether one of these subjects has a row that refuses a token which was issued at this time, in ms since 1970. */
  async refuses(subjects: readonly string[], issuedAt: number): Promise<boolean> {
    const rows = await this.#options.database.query(REFUSES, [subjects, issuedAt])
    return rows.length > 0
  }

  async #endSessions(principal: string): Promise<void> {
    await this.#options.database.query(END_ALL, [principal, this.#options.tokenSeconds])
  }
}

const BAN = `select access_put('revocation', $1, '', '', 'infinity', null)`
// The row's time is rounded to a millisecond, and so is a token's.
const BEFORE_NOW = `now() + interval '1 millisecond'`
const UNBAN = `
  select ${revoke('$1::text', BEFORE_NOW, '$2')}
  from (values ($1::text)) as s("principal") where ${BANNED}`
const REVOKE = `
  select ${revoke('$1::text', BEFORE_NOW, '$2')}
  from (values ($1::text)) as s("principal") where not ${BANNED}`
const IS_BANNED = `select 1 from (values ($1::text)) as s("principal") where ${BANNED}`
const REFUSES = `
  select 1 from "access"
  where "kind" = 'revocation' and "subject" = any($1::text[]) and "pattern" = ''
    and "not_before" > to_timestamp($2::double precision / 1000)
  limit 1`
const END_ALL = endSessions(`delete from "session" where "principal" = $1 returning "sid"`, '$2')
