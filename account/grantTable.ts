import { type Grant, readActions, subjectsOf } from '../contract/grants.ts'
import type { Queries } from './database.ts'

export interface GrantTableOptions {
  database: Queries
  /** Every ingest and gateway keeps all of them in memory. */
  maxGrants: number
}

export interface SubjectGrant extends Grant {
  subject: string
}

const PAGE = 1_000
/** Copies that read the changes late still find it; a copy that is older loads all again. */
const KEEP_REMOVED = '1 hour'

/** The rows that say who may what. */
export class GrantTable {
  readonly #options: GrantTableOptions

  constructor(options: GrantTableOptions) {
    this.#options = options
  }

  /** What a principal with these groups may do. */
  async of(principal: string, groups: readonly string[]): Promise<Grant[]> {
    const rows = await this.#options.database.query<GrantRow>(OF, [subjectsOf(principal, groups)])
    return rows.map(toGrant)
  }

  /** Puts a grant, in place of the one of the same subject and pattern. False if there are too many already. */
  async put({ subject, pattern, actions }: SubjectGrant): Promise<boolean> {
    const { database, maxGrants } = this.#options
    const rows = await database.query(PUT, [subject, pattern, actions.join(','), maxGrants])
    return rows.length > 0
  }

  /** False if there is none. */
  async remove(subject: string, pattern: string): Promise<boolean> {
    const rows = await this.#options.database.query(REMOVE, [subject, pattern])
    return rows.length > 0
  }

  /** A thousand at most, of one subject or pattern if they are given, after a number. `last`: their last number, if there may be more. */
  async list(filter: {
    subject?: string | undefined
    pattern?: string | undefined
    after: number
  }) {
    const { subject = null, pattern = null, after } = filter
    const values = [subject, pattern, after]
    const rows = await this.#options.database.query<GrantRow & { number: string }>(LIST, values)
    const last = rows.length < PAGE ? undefined : Number(rows.at(-1)?.number)
    return { grants: rows.map((row) => ({ subject: row.subject, ...toGrant(row) })), last }
  }

  /** Whether there has never been any, as in a new database. */
  async isEmpty(): Promise<boolean> {
    const rows = await this.#options.database.query(ANY)
    return rows.length === 0
  }

  /** Deletes rows of grants and revocations that mean nothing any more. */
  async forget(): Promise<void> {
    await this.#options.database.query('delete from "access" where "until" <= now()')
  }
}

interface GrantRow {
  subject: string
  pattern: string
  actions: string
}

function toGrant({ pattern, actions }: GrantRow): Grant {
  return { pattern, actions: readActions(actions) }
}

const OF = `
  select "subject", "pattern", "actions" from "access"
  where "kind" = 'grant' and "subject" = any($1::text[]) and "actions" <> ''`

const PUT = `
  select access_put('grant', $1, $2, $3, null, null)
  where exists (
      select from "access" where "kind" = 'grant' and "subject" = $1 and "pattern" = $2 and "actions" <> '')
    or (select count(*) from "access" where "kind" = 'grant' and "actions" <> '') < $4::integer`

const REMOVE = `
  select access_put('grant', $1, $2, '', null, now() + interval '${KEEP_REMOVED}')
  from "access" where "kind" = 'grant' and "subject" = $1 and "pattern" = $2 and "actions" <> ''`

const LIST = `
  select "number", "subject", "pattern", "actions" from "access"
  where "kind" = 'grant' and "actions" <> '' and "number" > $3::bigint
    and ($1::text is null or "subject" = $1) and ($2::text is null or "pattern" = $2)
  order by "number" limit ${PAGE}`

const ANY = `select 1 from "access" where "kind" = 'grant' limit 1`
