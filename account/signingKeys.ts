import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { exportJWK, type JWK } from 'jose'
import { Problem } from '../contract/problem.ts'
import { asMilliseconds, type Queries } from './database.ts'
import { type KeyTimes, nextKeyIn, publishedKeys, signingKey } from './keyPlan.ts'
import type { Seal } from './seal.ts'
import { newId } from './secrets.ts'

/** Of all algorithms that verifiers know it is the cheapest to verify, and a gateway verifies thousands of tokens in a storm. */
export const ALGORITHM = 'RS256'
const BITS = 2_048

export interface SigningKey {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
  publicJwk: JWK
  signsFrom: number
}

export interface SigningKeysOptions {
  database: Queries
  seal: Seal
  times: KeyTimes
}

/** The key pairs in the database, as this process knows them. It and others like it make new ones in time. */
export class SigningKeys {
  readonly #options: SigningKeysOptions
  #keys: SigningKey[] = []

  constructor(options: SigningKeysOptions) {
    this.#options = options
  }

  /** Reads them all, makes the next one when it is time, and deletes those that nobody needs. Call it about once a minute. */
  async refresh(): Promise<void> {
    const { database, seal, times } = this.#options
    let { keys, now } = await this.#read()
    const next = nextKeyIn(keys, now, times)
    if (next !== undefined) {
      const key = await newKey()
      const sealed = seal.seal(key.kid, key.privatePem)
      const generation = (keys.at(-1)?.generation ?? 0) + 1
      await database.query(ADD, [generation, key.kid, key.publicJwk, sealed, next])
      // If another process was first, its key is the one.
      ;({ keys, now } = await this.#read())
    }
    const published = publishedKeys(keys, now, times)
    const oldest = published[0]?.generation ?? 0
    if (published.length < keys.length) await database.query(DELETE, [oldest])
    const known = new Map(this.#keys.map((key) => [key.kid, key]))
    this.#keys = published.map((row) => {
      const { signsFrom } = row
      return { ...(known.get(row.kid) ?? this.#open(row)), signsFrom }
    })
  }

  /** Those that verifiers need, as a JWK set. Throws `unavailable` before the first refresh. */
  jwks(): { keys: JWK[] } {
    if (this.#keys.length === 0) throw new Problem('unavailable')
    return { keys: this.#keys.map(({ publicJwk }) => publicJwk) }
  }

  /** The key that signs at this time. Throws `unavailable` before the first refresh. */
  signerAt(now: number): SigningKey {
    const key = signingKey(this.#keys, now)
    if (key === undefined) throw new Problem('unavailable')
    return key
  }

  /**
   * Milliseconds until the newest key has signed for its time; below zero if none came in its place. Undefined before the first
   * refresh.
   */
  lifeLeft(now: number): number | undefined {
    const newest = this.#keys.at(-1)
    return newest === undefined ? undefined : newest.signsFrom + this.#options.times.life - now
  }

  /** Undefined if it is none of ours. */
  publicKey(kid: string | undefined): KeyObject | undefined {
    return this.#keys.find((key) => key.kid === kid)?.publicKey
  }

  async #read(): Promise<{ keys: KeyRow[]; now: number }> {
    const rows = await this.#options.database.query<Omit<KeyRow, 'signsFrom'> & Times>(ALL)
    const keys = rows.flatMap((row) =>
      row.kid === null ? [] : [{ ...row, signsFrom: Number(row.signsFrom) }],
    )
    return { keys, now: Number(rows[0]?.now) }
  }

  #open({ kid, publicKey, privateKey }: KeyRow): Omit<SigningKey, 'signsFrom'> {
    const pem = this.#options.seal.open(kid, privateKey)
    if (pem === undefined) {
      throw new Error(
        'the signing keys in the database were encrypted with another ACCOUNT_KEY; put it back, or delete the rows of signing_key',
      )
    }
    const publicJwk: JWK = JSON.parse(publicKey)
    return {
      kid,
      privateKey: createPrivateKey(pem),
      publicKey: createPublicKey(pem),
      publicJwk,
    }
  }
}

async function newKey() {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: BITS })
  const kid = newId(8)
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: ALGORITHM, use: 'sig' }
  const privatePem = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { kid, privatePem, publicJwk: JSON.stringify(jwk) }
}

// One row at least, for the time.
const ALL = `
  select ${asMilliseconds('now()')} as "now", "generation", "kid", "public_key" as "publicKey",
    "private_key" as "privateKey", ${asMilliseconds('"signs_from"')} as "signsFrom"
  from (select) as "one" left join "signing_key" on true
  order by "generation"`

const ADD = `
  insert into "signing_key" ("generation", "kid", "public_key", "private_key", "signs_from")
  values ($1::integer, $2, $3, $4, now() + $5::double precision * interval '1 millisecond')
  on conflict do nothing`

const DELETE = 'delete from "signing_key" where "generation" < $1::integer'

interface KeyRow {
  generation: number
  kid: string
  publicKey: string
  privateKey: string
  signsFrom: number
}

interface Times {
  now: string
  signsFrom: string
}
