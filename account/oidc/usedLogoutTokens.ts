import type { Queries } from '../database.ts'
import { hashOf } from '../secrets.ts'
import type { Logout } from './logoutToken.ts'

type Id = Pick<Logout, 'issuer' | 'tokenId'>

/** Logout tokens that were obeyed, in Postgres for some minutes: one that somebody kept cannot end a later session. */
export class UsedLogoutTokens {
  readonly #database: Queries

  constructor(database: Queries) {
    this.#database = database
  }

  async has(token: Id): Promise<boolean> {
    const rows = await this.#database.query('select 1 from "used_logout_token" where "id" = $1', [
      hash(token),
    ])
    return rows.length > 0
  }

  async add(token: Id & Pick<Logout, 'until'>): Promise<void> {
    await this.#database.query(ADD, [hash(token), token.until])
  }
}

function hash({ issuer, tokenId }: Id): string {
  return hashOf(JSON.stringify([issuer, tokenId]))
}

const ADD = `
  with "old" as (delete from "used_logout_token" where "until" < now())
  insert into "used_logout_token" ("id", "until") values ($1, to_timestamp($2::bigint))
  on conflict ("id") do nothing`
