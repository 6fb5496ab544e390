import { Problem } from '../../contract/problem.ts'
import { isDuplicate } from '../../history/databaseError.ts'
import type { Queries } from '../database.ts'
import type { LocalAccount } from '../invitations.ts'
import { hashOf, newId } from '../secrets.ts'
import type { KnownKey } from './ceremonies.ts'
import { CHALLENGE_SECONDS } from './challenges.ts'

/** Of one person; the table takes no more. */
export const MAX_PASSKEYS = 10

export interface ListedPasskey {
  id: string
  createdAt: string
  usedAt: string | null
  /** Of the browser that added it. */
  userAgent: string
}

export interface NewPasskey extends KnownKey {
  principal: string
  /** The session that adds it. */
  sid: string
  userAgent: string
  challenge: string
}

/** The passkeys of local accounts. */
export class Passkeys {
  readonly #database: Queries

  constructor(database: Queries) {
    this.#database = database
  }

  /** The account that may have passkeys, and the credentials that it has; undefined for a guest or a person of a provider. */
  async owner(principal: string): Promise<Owner | undefined> {
    const [row] = await this.#database.query<Owner>(OWNER, [principal])
    return row && { ...row, handle: toHandle(row.handle) }
  }

  list(principal: string): Promise<ListedPasskey[]> {
    return this.#database.query(LIST, [principal])
  }

  /** Undefined if the challenge was used, the session has ended, there are ten, or the credential is known. */
  async add(added: NewPasskey): Promise<ListedPasskey | undefined> {
    const { principal, sid, credential, publicKey, counter, userAgent, challenge } = added
    const values = [newId(8), principal, sid, credential, publicKey, counter, userAgent]
    try {
      const [row] = await this.#database.query<ListedPasskey>(ADD, [...values, hashOf(challenge)])
      return row
    } catch (error) {
      if (error instanceof Problem && isDuplicate(error)) return undefined
      throw error
    }
  }

  /** The passkey with this credential, if it belongs to the account with this handle. */
  async find(credential: string, handle: string): Promise<FoundPasskey | undefined> {
    const [row] = await this.#database.query<FoundPasskey & { handle: string; counter: string }>(
      FIND,
      [credential],
    )
    return row !== undefined && toHandle(row.handle) === handle
      ? { ...row, counter: Number(row.counter) }
      : undefined
  }

  /** Notes a use. False if the challenge was used, or another use has brought the counter as far. */
  async use(id: string, counter: number, challenge: string): Promise<boolean> {
    const rows = await this.#database.query(USE, [id, counter, hashOf(challenge)])
    return rows.length > 0
  }

  /** False if the principal has no such passkey. */
  async remove(principal: string, id: string): Promise<boolean> {
    const rows = await this.#database.query(REMOVE, [principal, id])
    return rows.length > 0
  }
}

interface Owner {
  handle: string
  name: string
  credentials: string[]
}

export interface FoundPasskey extends LocalAccount, KnownKey {
  id: string
}

/** The 16 bytes of a UUID in base64url. */
function toHandle(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url')
}

const OWNER = `
  select a."handle", a."name", array(
    select p."credential" from "passkey" p where p."principal" = a."principal") as "credentials"
  from "local_account" a where a."principal" = $1`

const LISTED = `"id", to_json("created_at") #>> '{}' as "createdAt", to_json("used_at") #>> '{}' as "usedAt",
  "user_agent" as "userAgent"`

const LIST = `select ${LISTED} from "passkey" where "principal" = $1 order by "created_at"`

/** One row if the challenge, whose hash is this parameter, was not used before; now it is. */
const take = (hash: string): string => `
  "old" as (delete from "used_challenge" where "until" < now()),
  "taken" as (
    insert into "used_challenge" ("id", "until")
    values (${hash}, now() + interval '${CHALLENGE_SECONDS} seconds')
    on conflict do nothing returning 1)`

// The session is held until the passkey is there: whoever ends the sessions of a person, and then takes the passkeys away, finds it.
const ADD = `
  with ${take('$8')},
    "mine" as (select 1 from "session" where "principal" = $2 and "sid" = $3 for key share),
    "free" as (
      select min("number") as "number" from generate_series(1, ${MAX_PASSKEYS}) as "number"
      where "number" not in (select p."number" from "passkey" p where p."principal" = $2))
  insert into "passkey" ("id", "principal", "number", "credential", "public_key", "counter", "user_agent")
  select $1, $2, "free"."number", $4, $5, $6::bigint, $7 from "free", "taken", "mine"
  where "free"."number" is not null
  returning ${LISTED}`

const FIND = `
  select p."id", p."credential", p."public_key" as "publicKey", p."counter", a."handle", a."principal", a."name", a."groups"
  from "passkey" p join "local_account" a on a."principal" = p."principal" where p."credential" = $1`

// An authenticator that counts must have counted on: otherwise there are two, and one is a copy.
const USE = `
  with ${take('$3')}
  update "passkey" set "counter" = $2::bigint, "used_at" = now() from "taken"
  where "id" = $1 and ($2::bigint > "counter" or $2::bigint = 0 and "counter" = 0) returning 1`

const REMOVE = `delete from "passkey" where "principal" = $1 and "id" = $2 returning 1`

/** SQL that takes all passkeys of a principal, `$1`. */
export const REMOVE_ALL = `delete from "passkey" where "principal" = $1`
