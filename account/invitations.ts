import { Problem } from '../contract/problem.ts'
import { ACTIONS } from '../contract/grants.ts'
import { isDuplicate } from '../history/databaseError.ts'
import type { Queries } from './database.ts'
import { REMOVE_ALL } from './passkeys/passkeys.ts'
import { endSessions } from './revocations.ts'
import { hashOf, newSecret } from './secrets.ts'

export interface InvitationsOptions {
  database: Queries
  /** Where the page is; a link is this and `/#invite=<code>`. */
  publicOrigin: string
  /** The life of an access token. */
  tokenSeconds: number
}

export interface Invitation {
  /** The only one that may accept. If it has an account, the link sets a new password. Undefined: the person chooses. */
  principal?: string | undefined
  groups: readonly string[]
  /** Whether the account gets every right on all channels. */
  admin: boolean
  /** The link is good only as long as nobody is admin. */
  first?: boolean
}

export interface LocalAccount {
  principal: string
  name: string
  groups: readonly string[]
}

/** A link may travel by hand, over a weekend. */
const SECONDS = 7 * 86_400

/** Links by which people make local accounts, each good once. Only the code's hash is kept, so a link is shown only once. */
export class Invitations {
  readonly #options: InvitationsOptions

  constructor(options: InvitationsOptions) {
    this.#options = options
  }

  async create({ principal, groups, admin, first = false }: Invitation): Promise<string> {
    const { database, publicOrigin } = this.#options
    const code = newSecret()
    await database.query(CREATE, [
      hashOf(code),
      principal ?? null,
      groups,
      String(admin),
      String(first),
      SECONDS,
    ])
    return `${publicOrigin}/#invite=${code}`
  }

  /** Whether this principal could accept; ask before the password is hashed, which is expensive. */
  async isGood(code: string, principal: string): Promise<boolean> {
    const rows = await this.#options.database.query(IS_GOOD, [hashOf(code), principal])
    return rows.length > 0
  }

  /**
   * Makes the account; of one that is there already, sets the password, ends its sessions and takes its passkeys away. `password` is its hash. Undefined if
   * the link is not good, or not for this principal, or the principal is taken; it is then not used up.
   */
  async accept(
    code: string,
    { principal, name, password }: { principal: string; name: string; password: string },
  ): Promise<LocalAccount | undefined> {
    const values = [hashOf(code), principal, name, password, ACTIONS.join(',')]
    try {
      const [row] = await this.#options.database.query<LocalAccount>(ACCEPT, values)
      if (row === undefined) return undefined
      // Then no session can add a passkey any more, and those that are there may be somebody else's.
      await this.#options.database.query(END_OTHERS, [principal, this.#options.tokenSeconds])
      await this.#options.database.query(REMOVE_ALL, [principal])
      return row
    } catch (error) {
      // Two accepted with the same name at once; nothing of the second one's was stored.
      if (error instanceof Problem && isDuplicate(error)) return undefined
      throw error
    }
  }

  async forget(): Promise<void> {
    await this.#options.database.query('delete from "invitation" where "expires_at" <= now()')
  }
}

const CREATE = `
  insert into "invitation" ("code", "principal", "groups", "admin", "first", "expires_at")
  values ($1, $2, $3::text[], $4::boolean, $5::boolean, now() + $6::integer * interval '1 second')`

/** Whether somebody has the right to give any right. */
export const HAS_ADMIN = `exists (
  select from "access" where "kind" = 'grant' and "pattern" = '**' and 'admin' = any(string_to_array("actions", ',')))`

// With a free choice of the name nobody may take one that is known already: somebody may have given it grants, or banned it.
const GOOD = `
  i."code" = $1 and i."expires_at" > now() and (not i."first" or not ${HAS_ADMIN})
  and (i."principal" = $2 or i."principal" is null
    and not exists (select from "local_account" where "principal" = $2)
    and not exists (select from "access" where "subject" = $2))`

const IS_GOOD = `select 1 from "invitation" i where ${GOOD}`

const ACCEPT = `
  with "used" as (delete from "invitation" i where ${GOOD} returning i.*),
    "kept" as (
      update "local_account" a set "password" = $4, "changed_at" = now()
      from "used" where a."principal" = $2 returning a."principal", a."name", a."groups"),
    "made" as (
      insert into "local_account" ("principal", "name", "groups", "password")
      select $2, $3, "groups", $4 from "used"
      where not exists (select from "local_account" where "principal" = $2)
      returning "principal", "name", "groups"),
    "both" as (select * from "kept" union all select * from "made")
  select "both".*, case when "used"."admin" then access_put('grant', $2, '**', $5, null, null) end as "admin"
  from "both", "used"`

const END_OTHERS = endSessions(`delete from "session" where "principal" = $1 returning "sid"`, '$2')
