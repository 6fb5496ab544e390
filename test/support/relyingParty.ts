import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { cookieNames } from '../../account/cookies.ts'
import { Database, type Queries } from '../../account/database.ts'
import type { External, ExternalSignIn } from '../../account/externalSignIn.ts'
import { createOidcRoutes } from '../../account/oidc/oidc.ts'
import { providers } from '../../account/oidc/providerSettings.ts'
import { SignInState } from '../../account/oidc/signInState.ts'
import { Seal } from '../../account/seal.ts'
import { createApp, createHttpServer } from '../../chassis/http.ts'
import type { Route } from '../../chassis/route.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'
import { testDatabase } from './testDatabase.ts'

/** The routes of account for identity providers, with the rest of account replaced by lists. */
export class RelyingParty {
  origin = ''
  /** Who signed in. */
  readonly begun: External[] = []
  /** Which sessions were ended. */
  readonly ended: Parameters<ExternalSignIn['end']>[0][] = []
  /** Milliseconds that its clock is ahead. */
  ahead = 0
  /** Called before a session begins. */
  beforeBegin: () => void = () => {}
  readonly #database: Queries
  /** The lines of its log. */
  readonly log: string[] = []
  readonly #logger = pino({}, { write: (line) => void this.log.push(line) })
  #app = this.#serve([])

  private constructor(database: Queries) {
    this.#database = database
  }

  static async open(opened: Opened): Promise<RelyingParty> {
    const database = new Database({
      databaseUrl: await testDatabase(),
      connections: 2,
      onError: () => {},
    })
    opened.add(() => database.close())
    const party = new RelyingParty(database)
    const server = createHttpServer((...call) => party.#app(...call))
    party.origin = `http://127.0.0.1:${await openServer(opened, server)}`
    return party
  }

  /** Takes the list as the variable PROVIDERS gives it. */
  connect(list: readonly unknown[]): void {
    const routes = createOidcRoutes({
      providers: providers.parse(JSON.stringify(list)),
      origin: this.origin,
      cookies: cookieNames(false),
      state: new SignInState(new Seal(randomBytes(32)), () => Date.now() + this.ahead),
      signIns: {
        begin: async (_request, _response, person) => {
          this.beforeBegin()
          this.begun.push(person)
        },
        end: async (which) => this.ended.push(which),
      },
      database: this.#database,
    })
    this.#app = this.#serve(routes)
  }

  #serve(routes: Route[]) {
    return createApp({
      logger: this.#logger,
      registry: new Registry(),
      corsOrigins: [],
      routes,
    })
  }

  /** A registration at a provider that is connected as `id`. */
  registration(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
    return {
      client_id: 'causeway',
      client_secret: 'a secret of the test',
      redirect_uris: [`${this.origin}/account/callback/${id}`],
      post_logout_redirect_uris: [`${this.origin}/`],
      backchannel_logout_uri: `${this.origin}/account/backchannel/${id}`,
      backchannel_logout_session_required: true,
      ...more,
    }
  }
}
