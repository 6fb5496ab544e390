import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { commonConfig } from '../chassis/commonConfig.ts'
import { GRACE_MS } from '../chassis/drain.ts'
import { createHttpServer } from '../chassis/http.ts'
import { SILENCE_MS } from '../client/sdk/streamPauses.ts'
import { gatewayConfig } from '../gateway/config.ts'
import { MAX_WAIT } from '../ingest/historyQuery.ts'
import { ROOT } from '../stack/root.ts'
import { service } from '../stack/service.ts'

const nginxConf = readFileSync(`${ROOT}/charts/causeway/files/nginx.conf.template`, 'utf8')
/** nginx's own value of a directive that is not set. */
const NGINX_KEEPALIVE_MS = 60_000
/** After its drain, a service closes its connections and writes its log; then its watchdog ends it. */
const WATCHDOG_MS = 8_000

/** The block that `head` begins, without the blocks after it. */
function block(head: string): string {
  const body = '((?:[^}$]|\\$\\{\\w+\\}|\\$(?!\\{))*)'
  const [, inside] = new RegExp(`\\n *${head} \\{\\n${body}\\}`).exec(nginxConf) ?? []
  if (inside === undefined) throw new Error(`nginx.conf.template has no ${head}`)
  return inside
}

/** The milliseconds of a directive in a block, or in the whole file. */
function ms(name: string, within = nginxConf): number | undefined {
  const found = new RegExp(`^ *${name} (\\d+)s;`, 'm').exec(within)
  return found === null ? undefined : Number(found[1]) * 1_000
}

const keepAliveMs = (upstream: string) =>
  ms('keepalive_timeout', block(`upstream ${upstream}`)) ?? NGINX_KEEPALIVE_MS
const eventsReadMs = ms('proxy_read_timeout', block('location = /events')) ?? 0
const heartbeat = gatewayConfig.shape.HEARTBEAT_SECONDS
const defaultHeartbeatMs = heartbeat.parse(undefined) * 1_000

describe('nginx closes an idle connection before its service does, so that no POST meets the close', () => {
  test.each(['ingests', 'gateways'])('while the service runs: %s', (upstream) => {
    expect(keepAliveMs(upstream)).toBeLessThan(createHttpServer(() => {}).keepAliveTimeout)
  })

  test('while an ingest stops', () => {
    expect(keepAliveMs('ingests')).toBeLessThan(GRACE_MS)
  })
})

describe('a quiet stream', () => {
  test('outlives the read time-out of nginx with the longest heartbeat that can be set', () => {
    const seconds = Array.from({ length: 3_600 }, (_, at) => at + 1)
    const longest = seconds.findLast((each) => heartbeat.safeParse(String(each)).success)
    expect(longest).toBeDefined()
    expect((longest ?? 0) * 1_000).toBeLessThan(eventsReadMs)
  })

  test('may lose two heartbeats before nginx ends it', () => {
    expect(eventsReadMs).toBeGreaterThan(3 * defaultHeartbeatMs)
  })

  test('may lose a heartbeat before the client leaves it, and the client leaves before nginx ends it', () => {
    expect(SILENCE_MS).toBeGreaterThan(2 * defaultHeartbeatMs)
    expect(SILENCE_MS).toBeLessThan(eventsReadMs)
  })
})

test('a request has time to connect to a second replica', () => {
  const connectMs = ms('proxy_connect_timeout') ?? NaN
  const tries = Number(/proxy_next_upstream_tries (\d+);/.exec(nginxConf)?.[1])
  expect(tries).toBe(2)
  expect(ms('proxy_next_upstream_timeout')).toBeGreaterThan(tries * connectMs)
})

test.each(['/channels/', '= /history'])(
  'nginx waits longer for %s than a service waits for a request',
  (location) => {
    const { requestTimeout } = createHttpServer(() => {})
    expect(ms('proxy_read_timeout', block(`location ${location}`))).toBeGreaterThan(requestTimeout)
  },
)

test('a page may wait for messages for less time than nginx waits for it', () => {
  const readMs = ms('proxy_read_timeout', block('location = /history')) ?? 0
  expect(readMs).toBeGreaterThan(MAX_WAIT * 1_000)
})

test('the stack kills no service that still has time to stop', async () => {
  const { stopWithin } = await service({
    role: 'gateway',
    index: 1,
    databaseUrl: '',
    redisUrl: '',
    mqttUrl: '',
    redisPrefix: '',
    mqttPrefix: '',
    copyKeys: '',
    env: {},
  })
  const drainMs = commonConfig.DRAIN_SECONDS.parse(undefined) * 1_000
  expect(stopWithin).toBeGreaterThan(drainMs + WATCHDOG_MS)
})
