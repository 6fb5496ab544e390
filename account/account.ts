import type { Logger } from '../chassis/logger.ts'
import { ApiKeys } from './apiKeys.ts'
import { Callers } from './callers.ts'
import { ChannelTable } from './channelTable.ts'
import { BrowserCookie } from './browserCookie.ts'
import { cookieNames } from './cookies.ts'
import type { Database } from './database.ts'
import { firstStart } from './firstStart.ts'
import { GrantTable, type SubjectGrant } from './grantTable.ts'
import { Invitations } from './invitations.ts'
import { LocalAccounts } from './localAccounts.ts'
import type { AccountMetrics } from './metrics.ts'
import { Ceremonies, relyingPartyId } from './passkeys/ceremonies.ts'
import { Challenges } from './passkeys/challenges.ts'
import { Passkeys } from './passkeys/passkeys.ts'
import { Passwords } from './passwords.ts'
import { Revocations } from './revocations.ts'
import { Seal } from './seal.ts'
import { Sessions } from './sessions.ts'
import { SignIns } from './signIns.ts'
import { SigningKeys } from './signingKeys.ts'
import { Tokens } from './tokens.ts'
import type { Task } from './upkeep.ts'

export interface AccountOptions {
  database: Database
  publicOrigin: string
  accountKey: Buffer
  secureCookies: boolean
  tokenSeconds: number
  idleSeconds: number
  maxSeconds: number
  signingKeyDays: number
  maxGrants: number
  defaultGrants: readonly SubjectGrant[]
  firstAdmin: string | undefined
  logger: Logger
  metrics: AccountMetrics
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The parts of account, put together; they share nothing but the database. */
export class Account {
  readonly keys: SigningKeys
  readonly tokens: Tokens
  readonly sessions: Sessions
  readonly signIns: SignIns
  readonly passwords = new Passwords()
  readonly localAccounts: LocalAccounts
  readonly passkeys: Passkeys
  /** Undefined: browsers take no passkey for this origin. */
  readonly ceremonies: Ceremonies | undefined = undefined
  readonly browserCookie: BrowserCookie
  readonly invitations: Invitations
  readonly apiKeys: ApiKeys
  readonly revocations: Revocations
  readonly grants: GrantTable
  readonly channels: ChannelTable
  readonly callers: Callers
  readonly metrics: AccountMetrics
  readonly #options: AccountOptions
  #prepared = false

  constructor(options: AccountOptions) {
    this.#options = options
    const { database, publicOrigin, tokenSeconds, idleSeconds, maxSeconds, maxGrants } = options
    const shared = { database, tokenSeconds }
    const seal = new Seal(options.accountKey)
    this.keys = new SigningKeys({
      database,
      seal,
      times: {
        // Copies of the JWKS are five minutes old at most, and those here one minute.
        publishAhead: 10 * MINUTE,
        life: options.signingKeyDays * DAY,
        keep: tokenSeconds * 1_000 + HOUR,
      },
    })
    const issuer = `${publicOrigin}/account`
    this.tokens = new Tokens({ keys: this.keys, issuer, seconds: tokenSeconds })
    this.sessions = new Sessions({ ...shared, idleSeconds, maxSeconds })
    const cookies = cookieNames(options.secureCookies)
    this.metrics = options.metrics
    const { sessions, tokens, metrics } = this
    this.signIns = new SignIns({ sessions, tokens, cookies, metrics })
    this.browserCookie = new BrowserCookie(cookies)
    this.passkeys = new Passkeys(database)
    const id = relyingPartyId(publicOrigin)
    const challenges = new Challenges(seal, () => Date.now())
    if (id !== undefined) {
      this.ceremonies = new Ceremonies({ origin: publicOrigin, id, challenges })
    }
    this.localAccounts = new LocalAccounts({ database, passwords: this.passwords })
    this.invitations = new Invitations({ ...shared, publicOrigin })
    this.apiKeys = new ApiKeys(shared)
    this.revocations = new Revocations(shared)
    this.grants = new GrantTable({ database, maxGrants })
    this.channels = new ChannelTable({ database, maxGrants })
    this.callers = new Callers(this)
  }

  /** What must be done before the first request. Rejects while Postgres is away; call it again until it resolves. */
  async prepare(): Promise<void> {
    if (this.#prepared) return
    await this.keys.refresh()
    await firstStart({ ...this.#options, grants: this.grants, invitations: this.invitations })
    this.#prepared = true
  }

  /** What must be done from time to time. */
  get tasks(): Task[] {
    const { keys, sessions, invitations, grants } = this
    return [
      { what: 'read the signing keys', everyMs: MINUTE, run: () => keys.refresh() },
      {
        what: 'delete what has expired',
        everyMs: HOUR,
        run: async () => {
          while (await sessions.forget()) continue
          await invitations.forget()
          await grants.forget()
        },
      },
    ]
  }
}
