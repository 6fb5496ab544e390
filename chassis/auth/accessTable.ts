import type { AccessRow, RevocationRow } from '../../contract/access.ts'
import { type Action, type Grant, isAllowed, subjectsOf } from '../../contract/grants.ts'
import type { Identity } from './identity.ts'

/** The grants of one subject. Those of one channel each are found at once, however many rooms someone has. */
interface SubjectGrants {
  exact: Map<string, Grant>
  wild: Map<string, Grant>
}

const GROUP = 'group:'

/** A copy of the table of grants and revocations. No I/O. */
export class AccessTable {
  readonly #grants = new Map<string, SubjectGrants>()
  readonly #revocations = new Map<string, RevocationRow>()
  readonly #groups = new Set<string>()
  #groupList: readonly string[] | undefined
  /** The number of the last change in it. */
  head = 0
  /** Rows that say something. */
  rows = 0

  apply(row: AccessRow): void {
    if (row.kind === 'revocation') {
      if (!this.#revocations.has(row.subject)) this.rows++
      this.#revocations.set(row.subject, row)
    } else if (row.actions.length > 0) this.#grant(row.subject, row)
    else this.#take(row.subject, row.pattern)
  }

  /** Forgets the revocations that are over. `now` in milliseconds since 1970. */
  prune(now: number): void {
    for (const [subject, { until }] of this.#revocations) {
      if (until > now) continue
      this.#revocations.delete(subject)
      this.rows--
    }
  }

  isRevoked({ principal, session, tokenId, issuedAt }: Identity, now: number): boolean {
    if (this.#revocations.size === 0) return false
    return (
      this.#refuses(principal, issuedAt, now) ||
      this.#refuses(`token:${tokenId}`, issuedAt, now) ||
      (session !== undefined && this.#refuses(`session:${session}`, issuedAt, now))
    )
  }

  /** By the token's own grants, or by those of its principal, of all of its kind, or of its groups. */
  allows({ principal, grants, groups }: Identity, action: Action, channel: string): boolean {
    const allowsTo = (subject: string): boolean => {
      const own = this.#grants.get(subject)
      if (own === undefined) return false
      const { exact, wild } = own
      if (exact.get(channel)?.actions.includes(action) === true) return true
      return isAllowed(wild.values(), action, channel, principal)
    }
    return (
      isAllowed(grants, action, channel, principal) || subjectsOf(principal, groups).some(allowsTo)
    )
  }

  /** The grants of a principal, of all of its kind, and of its groups. */
  grantsOf(principal: string, groups: readonly string[]): Grant[] {
    return subjectsOf(principal, groups).flatMap((subject) => {
      const own = this.#grants.get(subject)
      return own === undefined ? [] : [...own.exact.values(), ...own.wild.values()]
    })
  }

  /** All groups that have, or had, a grant. */
  get groups(): readonly string[] {
    return (this.#groupList ??= [...this.#groups])
  }

  /** Milliseconds since 1970: what the subject had before is refused. Infinity: it is banned. */
  refusedBefore(subject: string): number {
    return this.#revocations.get(subject)?.notBefore ?? -Infinity
  }

  #refuses(subject: string, issuedAt: number, now: number): boolean {
    const row = this.#revocations.get(subject)
    return row !== undefined && issuedAt < row.notBefore && now < row.until
  }

  #grant(subject: string, { pattern, actions }: Grant): void {
    let own = this.#grants.get(subject)
    if (own === undefined && subject.startsWith(GROUP)) {
      this.#groups.add(subject.slice(GROUP.length))
      this.#groupList = undefined
    }
    if (own === undefined) this.#grants.set(subject, (own = { exact: new Map(), wild: new Map() }))
    const patterns = own[shapeOf(pattern)]
    if (!patterns.has(pattern)) this.rows++
    patterns.set(pattern, { pattern, actions })
  }

  #take(subject: string, pattern: string): void {
    const own = this.#grants.get(subject)
    if (own === undefined || !own[shapeOf(pattern)].delete(pattern)) return
    this.rows--
    if (own.exact.size + own.wild.size === 0) this.#grants.delete(subject)
  }
}

function shapeOf(pattern: string): keyof SubjectGrants {
  return /[*{]/.test(pattern) ? 'wild' : 'exact'
}
