import { clock } from '../chassis/clock.ts'
import { readConfig } from '../chassis/config.ts'
import { createHttpServer } from '../chassis/http.ts'
import { exitOnCrash, runService } from '../chassis/lifecycle.ts'
import { createLimitMetrics } from '../chassis/limits/limitMetrics.ts'
import { openSharedLimits } from '../chassis/limits/sharedLimits.ts'
import { SignInLimit } from '../chassis/limits/signIn.ts'
import { createLogger } from '../chassis/logger.ts'
import { createRegistry } from '../chassis/metrics.ts'
import { VERSION } from '../chassis/version.ts'
import { Account } from './account.ts'
import { createAccountApp } from './app.ts'
import { accountConfig } from './config.ts'
import { cookieNames } from './cookies.ts'
import { Database } from './database.ts'
import { followDevices } from './deviceFollower.ts'
import { createAccountMetrics, createSigningKeyMetrics } from './metrics.ts'
import { createOidcRoutes } from './oidc/oidc.ts'
import { SignInState } from './oidc/signInState.ts'
import { Seal } from './seal.ts'
import { Upkeep } from './upkeep.ts'

/** Answers are small: a client that takes nothing for so long is gone. */
const STALL_MILLISECONDS = 30_000
/** See SignInLimit. */
const LIMITS_MILLISECONDS = 50

const config = readConfig('account', accountConfig)
const logger = createLogger('account', config.LOG_LEVEL)
exitOnCrash(logger)
const registry = createRegistry('account', VERSION)

const database = new Database({
  databaseUrl: config.DATABASE_URL,
  connections: config.DATABASE_CONNECTIONS,
  onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
})
const account = new Account({
  database,
  publicOrigin: config.PUBLIC_ORIGIN,
  accountKey: config.ACCOUNT_KEY,
  secureCookies: config.SECURE_COOKIES,
  tokenSeconds: config.TOKEN_SECONDS,
  idleSeconds: config.SESSION_IDLE_SECONDS,
  maxSeconds: config.SESSION_MAX_SECONDS,
  signingKeyDays: config.SIGNING_KEY_DAYS,
  maxGrants: config.MAX_GRANTS,
  defaultGrants: config.DEFAULT_GRANTS,
  firstAdmin: config.FIRST_ADMIN,
  logger,
  metrics: createAccountMetrics(registry),
})
createSigningKeyMetrics(registry, account.keys)
// A sign-in waits for Redis, but not for long.
const shared = openSharedLimits(config, 'account', logger, LIMITS_MILLISECONDS)
const upkeep = new Upkeep({ tasks: account.tasks, clock, logger })
const stopFollowing =
  config.MQTT_URL !== undefined &&
  followDevices({
    url: config.MQTT_URL,
    prefix: config.MQTT_PREFIX,
    changes: (after, limit) => database.accessChanges(after, limit),
    clock,
    logger,
  })
const app = createAccountApp({
  logger,
  registry,
  account,
  guests: config.GUESTS,
  limit: new SignInLimit({
    perAccount: config.SIGN_INS_PER_ACCOUNT,
    perAddress: config.SIGN_INS_PER_ADDRESS,
    ...shared,
    refusals: createLimitMetrics(registry, ['sign-in', 'sign-in-by-address']),
  }),
  proxyHops: config.PROXY_HOPS,
  providers: config.PROVIDERS.map(({ id, name }) => ({ id, name })),
  providerRoutes: createOidcRoutes({
    providers: config.PROVIDERS,
    origin: config.PUBLIC_ORIGIN,
    cookies: cookieNames(config.SECURE_COOKIES),
    state: new SignInState(new Seal(config.ACCOUNT_KEY), () => Date.now()),
    signIns: account.signIns,
    database,
  }),
})

await runService({
  logger,
  registry,
  metrics: { host: config.METRICS_HOST, port: config.METRICS_PORT },
  servers: [
    { server: createHttpServer(app, STALL_MILLISECONDS), host: config.HOST, port: config.PORT },
  ],
  // Probes come every few seconds: if Postgres is away at the start, they try again.
  ready: async () => {
    await account.prepare()
    await database.query('select 1')
  },
  close: async () => {
    await upkeep.close()
    if (stopFollowing) await stopFollowing()
    shared.close()
    await database.close()
  },
  drainSeconds: config.DRAIN_SECONDS,
})
