import type { Queries } from './database.ts'
import type { LocalAccount } from './invitations.ts'
import type { Passwords } from './passwords.ts'

export interface LocalAccountsOptions {
  database: Queries
  passwords: Passwords
}

/** People who sign in with a name and a password. */
export class LocalAccounts {
  readonly #options: LocalAccountsOptions

  constructor(options: LocalAccountsOptions) {
    this.#options = options
  }

  /** The account whose password this is. Undefined, after the same time, if the name is unknown or the password is another one. */
  async find(principal: string | undefined, password: string): Promise<LocalAccount | undefined> {
    const { database, passwords } = this.#options
    const [row] = await database.query<LocalAccount & { password: string }>(FIND, [principal ?? ''])
    if (!(await passwords.matches(row?.password, password)) || row === undefined) return undefined
    const { name, groups } = row
    return { principal: row.principal, name, groups }
  }

  async setPassword(principal: string, password: string): Promise<void> {
    const { database, passwords } = this.#options
    await database.query(SET, [principal, await passwords.hash(password)])
  }
}

const FIND = `select "principal", "name", "groups", "password" from "local_account" where "principal" = $1`
const SET = `update "local_account" set "password" = $2, "changed_at" = now() where "principal" = $1`
