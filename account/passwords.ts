import { hash, verify } from '@node-rs/argon2'
import { Turns } from '../chassis/turns.ts'
import { Problem } from '../contract/problem.ts'
import { normalPassword } from './passwordRules.ts'

// argon2id and a few tables, and not better-auth, which does much more. In 14 months its published advisories were in just the parts that
// account needs: keys that anyone could make, accounts linked to others', sign-in as another person (CVE-2025-61928, CVE-2026-53512,
// -53513, -53516, -110863, -110864). It brings 17 dependencies into the process that holds the signing keys, and has routes, tables
// and errors of its own. Grants on channels and the end of open streams would still be ours.

/** What OWASP recommends: 19 MiB and two passes. It is argon2id, this library's default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Each takes one of libuv's four threads, which must be left for others, and 19 MiB. */
const AT_ONCE = 2
/** About a second's work. Whoever would wait longer is told so, and a flood of sign-ins costs neither memory nor the process. */
const MAX_WAITING = 32

/** Hashes of passwords. All methods throw `overloaded` if too many wait. */
export class Passwords {
  readonly #turns = new Turns(AT_ONCE)
  readonly #dummy: Promise<string>
  #waiting = 0

  constructor() {
    this.#dummy = hash('nobody has this password', COST)
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalPassword(password), COST))
  }

  /** With an undefined hash it is false, after as long a time: the time does not tell which names there are. */
  async matches(known: string | undefined, password: string): Promise<boolean> {
    const isSame = await this.#inTurn(async () =>
      verify(known ?? (await this.#dummy), normalPassword(password)),
    )
    return isSame && known !== undefined
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= AT_ONCE + MAX_WAITING) throw new Problem('overloaded')
    this.#waiting++
    try {
      return await this.#turns.take(work)
    } finally {
      this.#waiting--
    }
  }
}
