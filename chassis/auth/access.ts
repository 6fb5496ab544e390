import type { AccessChanges } from '../../contract/access.ts'
import type { Action } from '../../contract/grants.ts'
import { Problem } from '../../contract/problem.ts'
import type { Clock } from '../clock.ts'
import { AccessTable } from './accessTable.ts'
import { concernsOf, type Concerns } from './concerns.ts'
import type { Identity } from './identity.ts'

/** Half of the second within which every stream obeys. */
const POLL_MS = 500
const PAGE = 1_000
/** Without a good read for so long the copy may be wrong, and nobody new comes in. */
const BLIND_MS = 30_000
/** Rows that say nothing any more are deleted after an hour: changes that nobody asked for in time may be missed. */
const RELOAD_MS = 1_800_000
const PRUNE_MS = 60_000

export interface AccessOptions {
  /** At most `limit` changes after a number, in order. */
  changes: (after: number, limit: number) => Promise<AccessChanges>
  clock: Clock
  /** Milliseconds since 1970. */
  now: () => number
  /** A read failed. */
  onError: (error: unknown) => void
}

/**
 * Who may what, by a copy of the whole table in Postgres that is half a second old at most. So no request waits for the database, and
 * none stops because it is away. Each row takes 300 to 700 bytes.
 */
export class Access {
  readonly #options: AccessOptions
  readonly #listeners: ((concerns: Concerns) => void)[] = []
  readonly #startedAt: number
  #table = new AccessTable()
  /** The read that is under way: whether it is good. */
  #reading: Promise<boolean> | undefined
  /** The one after it, if somebody waits for that. */
  #next: Promise<boolean> | undefined
  /** A read failed. The next one may reach a standby that took over, whose changes may have other numbers. */
  #isDoubtful = true
  /** When the last good read began. */
  #goodAt: number | undefined

  constructor(options: AccessOptions) {
    this.#options = options
    this.#startedAt = options.clock.now()
  }

  /** Reads the table now, and its changes from then on; returns what stops that. */
  start(): () => void {
    const { clock, now } = this.#options
    const look = (): void => void this.#look()
    look()
    const stops = [
      clock.every(POLL_MS, look),
      clock.every(PRUNE_MS, () => this.#table.prune(now())),
    ]
    return () => stops.forEach((stop) => stop())
  }

  /** Milliseconds since the last good read, or since the start. */
  get age(): number {
    return this.#options.clock.now() - (this.#goodAt ?? this.#startedAt)
  }

  get rows(): number {
    return this.#table.rows
  }

  /** What it answers may be wrong by now, or it was never read: let nobody new in. */
  get isBlind(): boolean {
    return this.#goodAt === undefined || this.age > BLIND_MS
  }

  /** It was read at least once. */
  get wasRead(): boolean {
    return this.#goodAt !== undefined
  }

  /** Rejects with `unavailable` if it was never read. It waits for the first read, which a first probe mostly comes before. */
  async requireRead(): Promise<void> {
    if (this.wasRead || (await this.#look())) return
    throw new Problem('unavailable', 'No grants were read yet.')
  }

  /**
   * True once the copy has all that was committed before this call, false if it could not be read. All that wait share one read: what
   * was read from elsewhere meanwhile can be judged by it.
   */
  catchUp(): Promise<boolean> {
    if (this.#reading === undefined) return this.#look()
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined
      return this.#look()
    })
    return this.#next
  }

  /** The table itself, as it is now; the next change may replace it. */
  get table(): Pick<AccessTable, 'grantsOf' | 'groups' | 'refusedBefore'> {
    return this.#table
  }

  refusal(identity: Identity): 'revoked' | undefined {
    return this.#table.isRevoked(identity, this.#options.now()) ? 'revoked' : undefined
  }

  allows(identity: Identity, action: Action, channel: string): boolean {
    return this.#table.allows(identity, action, channel)
  }

  /** Why the identity may not, or may not any more, act on all of these channels. */
  denial(
    identity: Identity,
    action: Action,
    channels: readonly string[],
  ): 'revoked' | 'forbidden' | undefined {
    const isAllowed = channels.every((channel) => this.allows(identity, action, channel))
    return this.refusal(identity) ?? (isAllowed ? undefined : 'forbidden')
  }

  /** Whether a principal may not act there any more, by whatever session: the end of one session leaves the others. */
  isShutOut(identity: Identity, action: Action, channel: string): boolean {
    const { principal, issuedAt } = identity
    return (
      issuedAt < this.#table.refusedBefore(principal) || !this.allows(identity, action, channel)
    )
  }

  /** Throws `forbidden` unless all of these channels are allowed. */
  require(identity: Identity, action: Action, channels: readonly string[]): void {
    const denied = channels.filter((channel) => !this.allows(identity, action, channel))
    if (denied.length === 0) return
    throw new Problem('forbidden', `No grant to ${action} ${denied.join(', ')}.`)
  }

  /** Calls back after each change, with whom it concerns. */
  onChange(listener: (concerns: Concerns) => void): void {
    this.#listeners.push(listener)
  }

  #look(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #read(): Promise<boolean> {
    try {
      const at = this.#options.clock.now()
      if (this.#isDoubtful || this.age > RELOAD_MS) await this.#load()
      else await this.#follow()
      this.#goodAt = at
      this.#isDoubtful = false
      return true
    } catch (error) {
      this.#isDoubtful = true
      this.#options.onError(error)
      return false
    }
  }

  /** The copy before counts until the new one is whole. */
  async #load(): Promise<void> {
    this.#table = await readAccessTable(this.#options.changes)
    this.#tell(() => true)
  }

  async #follow(): Promise<void> {
    for (;;) {
      const { head, changes } = await this.#options.changes(this.#table.head, PAGE)
      if (head < this.#table.head) return this.#load()
      const isAll = append(this.#table, { head, changes })
      if (changes.length > 0) this.#tell(concernsOf(changes.map(({ subject }) => subject)))
      if (isAll) return
    }
  }

  #tell(concerns: Concerns): void {
    for (const listener of this.#listeners) listener(concerns)
  }
}

/** Reads the whole table. */
export async function readAccessTable(changes: AccessOptions['changes']): Promise<AccessTable> {
  let table = new AccessTable()
  for (;;) {
    const page = await changes(table.head, PAGE)
    // Another table came between two pages.
    if (page.head < table.head) table = new AccessTable()
    else if (append(table, page)) return table
  }
}

/** True if there are no more changes. */
function append(table: AccessTable, { head, changes }: AccessChanges): boolean {
  for (const change of changes) table.apply(change)
  const isAll = changes.length < PAGE
  table.head = isAll ? head : (changes.at(-1)?.number ?? head)
  return isAll
}
