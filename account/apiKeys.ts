import { asMilliseconds, type Queries } from './database.ts'
import { BANNED, revoke } from './revocations.ts'
import { hashOf, newId, newSecret } from './secrets.ts'

export interface ApiKeysOptions {
  database: Queries
  /** The life of an access token. */
  tokenSeconds: number
}

export interface NewApiKey {
  /** A service or a device. */
  principal: string
  name: string
  groups: readonly string[]
  createdBy: string
}

/** A key that was shown, as the database's row tells of it. */
export interface FoundApiKey {
  /** Begins with `key-`, so that it is no session's. */
  sid: string
  principal: string
  name: string
  groups: readonly string[]
  /** The database's time, in milliseconds since 1970. */
  now: number
}

export interface ListedApiKey {
  id: string
  principal: string
  name: string
  groups: readonly string[]
  createdAt: string
  createdBy: string
  usedAt: string | null
}

const KEY = /^cw_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/
const PAGE = 1_000

/** Secrets by which services and devices get access tokens: `cw_<id>_<secret>`. Each is shown once, and only its hash is kept. */
export class ApiKeys {
  readonly #options: ApiKeysOptions

  constructor(options: ApiKeysOptions) {
    this.#options = options
  }

  async create({ principal, name, groups, createdBy }: NewApiKey) {
    const id = newId(8)
    const secret = newSecret()
    const values = [id, principal, name, groups, hashOf(secret), createdBy]
    await this.#options.database.query(CREATE, values)
    return { id, key: `cw_${id}_${secret}` }
  }

  /** Undefined if there is no such key, or its principal is banned. */
  async use(key: string): Promise<FoundApiKey | undefined> {
    const [, id, secret] = KEY.exec(key) ?? []
    if (id === undefined || secret === undefined) return undefined
    const [row] = await this.#options.database.query<Omit<FoundApiKey, 'now'> & { now: string }>(
      USE,
      [id, hashOf(secret)],
    )
    return row && { ...row, now: Number(row.now) }
  }

  /** A thousand at most, after an id, in the order of their ids. `last`: the last one's id, if there may be more. */
  async list(after = ''): Promise<{ keys: ListedApiKey[]; last: string | undefined }> {
    const keys = await this.#options.database.query<ListedApiKey>(LIST, [after])
    return { keys, last: keys.length < PAGE ? undefined : keys.at(-1)?.id }
  }

  /** Also ends the streams of its tokens. False if there is none. */
  async delete(id: string): Promise<boolean> {
    const rows = await this.#options.database.query(DELETE, [id, this.#options.tokenSeconds])
    return rows.length > 0
  }
}

const CREATE = `
  insert into "api_key" ("id", "principal", "name", "groups", "secret", "created_by")
  values ($1, $2, $3, $4::text[], $5, $6)`

const USE = `
  update "api_key" s set "used_at" = now()
  where s."id" = $1 and s."secret" = $2 and not ${BANNED}
  returning 'key-' || s."id" as "sid", s."principal", s."name", s."groups", ${asMilliseconds('now()')} as "now"`

const LIST = `
  select "id", "principal", "name", "groups", to_json("created_at") #>> '{}' as "createdAt",
    "created_by" as "createdBy", to_json("used_at") #>> '{}' as "usedAt"
  from "api_key" where "id" > $1 order by "id" limit ${PAGE}`

const DELETE = `
  with "deleted" as (delete from "api_key" where "id" = $1 returning "id")
  select ${revoke(`'session:key-' || "id"`, `'infinity'`, '$2')} from "deleted"`
