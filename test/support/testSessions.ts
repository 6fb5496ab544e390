import type { Session, Sessions } from '../../account/sessions.ts'
import { type AccountServer, accountServer } from './accountServer.ts'
import type { Opened } from './disposables.ts'
import { testDatabase } from './testDatabase.ts'

interface Origin {
  provider?: string
  subject?: string
  providerSid?: string
}

/** The sessions of one principal after another, on a database of their own. */
export class TestSessions {
  readonly server: AccountServer
  readonly sessions: Sessions
  #count = 0
  principal = ''

  private constructor(server: AccountServer) {
    this.server = server
    this.sessions = server.account.sessions
  }

  static async open(opened: Opened): Promise<TestSessions> {
    return new TestSessions(await accountServer(opened, await testDatabase()))
  }

  /** A principal that has no session yet; the other methods are about it. */
  next(): string {
    this.principal = `user:p${this.#count++}`
    return this.principal
  }

  async begin(origin: Origin = {}): Promise<Session> {
    const person = { principal: this.principal, name: 'P', groups: ['staff', 'x'] }
    const begun = await this.sessions.begin({ ...person, userAgent: 'test', ...origin })
    if (begun === undefined) throw new Error('banned')
    return begun
  }

  /** Lets so many seconds pass for its sessions: everything in their rows becomes older. */
  async pass(seconds: number): Promise<void> {
    const columns = ['created_at', 'used_at', 'offered_at', 'promoted_at', 'ends_at']
    const older = columns.map((name) => `"${name}" = "${name}" - $2::integer * interval '1 second'`)
    await this.server.database.query(
      `update "session" set ${older.join(', ')} where "principal" = $1`,
      [this.principal, seconds],
    )
  }

  /** The new cookie of a renewal; `kept` if there is none, `out` if the session is over. */
  async renew(cookie: string): Promise<string> {
    const renewed = await this.sessions.renew(cookie)
    return renewed === undefined ? 'out' : (renewed.cookie ?? 'kept')
  }

  /** Whether every token of the session is refused. */
  isRevoked(sid: string): Promise<boolean> {
    const later = Date.now() + 86_400_000
    return this.server.account.revocations.refuses([`session:${sid}`], later)
  }
}
