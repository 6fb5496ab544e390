import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { Account, type AccountOptions } from '../../account/account.ts'
import { createAccountApp } from '../../account/app.ts'
import { Database } from '../../account/database.ts'
import { createAccountMetrics } from '../../account/metrics.ts'
import { createHttpServer } from '../../chassis/http.ts'
import { createLimitMetrics } from '../../chassis/limits/limitMetrics.ts'
import { SignInLimit } from '../../chassis/limits/signIn.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'
import { TestBrowser } from './testBrowser.ts'

export interface AccountServer {
  origin: string
  account: Account
  database: Database
  /** Its key, for a second one on the same database. */
  accountKey: Buffer
  browser: () => TestBrowser
  /** Somebody who has just signed in as admin: the first account of the database. */
  admin: () => Promise<TestBrowser>
}

export const PASSWORD = 'a quiet walk'

/** Account's own app on a socket and a real database, in the process of the test; sessions are idle after 1,000 s, and end after 5,000. */
export async function accountServer(
  opened: Opened,
  databaseUrl: string,
  given: Partial<AccountOptions> & { guests?: boolean; triesPerAccount?: number } = {},
): Promise<AccountServer> {
  const registry = new Registry()
  const logger = pino({ level: 'silent' })
  const database = new Database({ databaseUrl, connections: 8, onError: () => {} })
  opened.add(() => database.close())
  const accountKey = given.accountKey ?? randomBytes(32)
  const account = new Account({
    database,
    publicOrigin: 'http://chat.example',
    accountKey,
    secureCookies: false,
    tokenSeconds: 300,
    idleSeconds: 1_000,
    maxSeconds: 5_000,
    signingKeyDays: 30,
    maxGrants: 100,
    defaultGrants: [],
    firstAdmin: undefined,
    logger,
    metrics: createAccountMetrics(registry),
    ...given,
  })
  const { guests = true, triesPerAccount = Infinity } = given
  const app = createAccountApp({
    logger,
    registry,
    account,
    guests,
    providers: [],
    providerRoutes: [],
    limit: new SignInLimit({
      perAccount: triesPerAccount,
      perAddress: Infinity,
      redis: undefined,
      prefix: 'test',
      replicas: 1,
      refusals: createLimitMetrics(registry, ['sign-in', 'sign-in-by-address']),
    }),
    proxyHops: 0,
  })
  const origin = `http://127.0.0.1:${await openServer(opened, createHttpServer(app))}`
  await account.prepare()
  const browser = (): TestBrowser => new TestBrowser(origin)
  const admin = async (): Promise<TestBrowser> => {
    const invitation = { groups: [], admin: true }
    const who = browser()
    await accept(who, await account.invitations.create(invitation), 'root')
    return who
  }
  return { origin, account, database, accountKey, browser, admin }
}

/** Accepts an invitation, and so signs the browser in. */
export function accept(who: TestBrowser, url: string, name: string, password = PASSWORD) {
  const code = url.slice(url.indexOf('=') + 1)
  return who.post('/account/invitations/accept', { code, name, password })
}
