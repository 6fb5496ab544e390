import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { z } from 'zod'
import { bridgeConfig } from '../bridge/config.ts'
import { parseConfig } from '../chassis/config.ts'
import * as limits from '../contract/limits.ts'
import { gatewayConfig } from '../gateway/config.ts'
import { ingestConfig } from '../ingest/config.ts'
import { ROOT } from '../stack/root.ts'
import { service as serviceSpec } from '../stack/service.ts'

const numberIn = (file: string, pattern: RegExp): number =>
  Number(pattern.exec(readFileSync(`${ROOT}/${file}`, 'utf8'))?.[1])
const highest = (name: 'MAX_BODY_BYTES' | 'MAX_EVENT_BYTES', limit: number): boolean[] =>
  [limit, limit + 1].map((value) => ingestConfig.shape[name].safeParse(String(value)).success)

describe('the highest limits that can be set', () => {
  test('the highest limits of ingest are those that the other services have room for', () => {
    expect(highest('MAX_BODY_BYTES', limits.MAX_BODY_BYTES)).toEqual([true, false])
    expect(highest('MAX_EVENT_BYTES', limits.MAX_EVENT_BYTES)).toEqual([true, false])
    const least = [limits.MIN_CONNECTION_BUFFER_BYTES - 1, limits.MIN_CONNECTION_BUFFER_BYTES].map(
      (value) => gatewayConfig.shape.CONNECTION_BUFFER_BYTES.safeParse(String(value)).success,
    )
    expect(least).toEqual([false, true])
    expect(limits.MIN_CONNECTION_BUFFER_BYTES).toBeGreaterThanOrEqual(2 * limits.MAX_EVENT_BYTES)
    expect(limits.MAX_PACKET_BYTES).toBeGreaterThan(limits.MAX_EVENT_BYTES)
    expect(limits.MQTT_WINDOW_BYTES).toBeGreaterThanOrEqual(2 * limits.MAX_EVENT_BYTES)
  })

  test('the broker lets the largest packet pass', () => {
    const broker = numberIn(
      'charts/causeway/files/mosquitto.conf.template',
      /^max_packet_size (\d+)$/m,
    )
    expect(broker).toBe(limits.MAX_PACKET_BYTES)
    for (const bound of ['max_inflight_bytes', 'max_queued_bytes']) {
      const bytes = numberIn(
        'charts/causeway/files/mosquitto.conf.template',
        new RegExp(`^${bound} (\\d+)$`, 'm'),
      )
      expect(bytes).toBeGreaterThanOrEqual(limits.MAX_PACKET_BYTES)
    }
  })

  test('the append queue has room for two of the largest bodies', () => {
    const waiting = ingestConfig.shape.APPEND_QUEUE_BYTES
    const least = 2 * limits.MAX_BODY_BYTES
    expect(waiting.safeParse(String(least)).success).toBe(true)
    expect(waiting.safeParse(String(least - 1)).success).toBe(false)
    expect(least).toBeGreaterThan(limits.MAX_EVENT_BYTES)
  })
})

test('the fewest connections of an ingest leave one to reads, beside the three of posts and the outbox', () => {
  const connections = ingestConfig.shape.DATABASE_CONNECTIONS
  const least = [3, 4].map((count) => connections.safeParse(String(count)).success)
  expect(least).toEqual([false, true])
})

const COMMON = {
  METRICS_PORT: '1',
  DATABASE_URL: 'postgres://h/d',
  COPY_KEYS: 'k'.repeat(43),
  AUTH: 'open',
}
const INGEST = { ...COMMON, PORT: '1', MQTT_URL: 'mqtt://h' }
const GATEWAY = { ...COMMON, PORT: '1', REDIS_URL: 'redis://h' }

/** The mistakes that a service reports for these settings at its start; undefined if it starts. */
function refusal(service: 'ingest' | 'gateway', env: Record<string, string>): string[] | undefined {
  const parsed =
    service === 'ingest'
      ? parseConfig(service, ingestConfig, { env: { ...INGEST, ...env }, argv: [] })
      : parseConfig(service, gatewayConfig, { env: { ...GATEWAY, ...env }, argv: [] })
  return 'mistakes' in parsed ? parsed.mistakes : undefined
}

describe('settings that contradict each other', () => {
  test.each<['ingest' | 'gateway', Record<string, string>, string]>([
    [
      'ingest',
      { MAX_BODY_BYTES: '130001' },
      'MAX_BODY_BYTES: expected at most twice MAX_EVENT_BYTES, because a larger body would be read and then refused as an event',
    ],
    [
      'gateway',
      { CONNECTION_BUFFER_BYTES: '2000000', TOTAL_BUFFER_BYTES: '1999999' },
      'TOTAL_BUFFER_BYTES: expected at least CONNECTION_BUFFER_BYTES, because all clients together include one',
    ],
    [
      'gateway',
      { REPLAY_BUFFER_BYTES: '50000001', MAX_MEMORY_BYTES: '100000001' },
      'REPLAY_BUFFER_BYTES: expected at most half of MAX_MEMORY_BYTES, because the buffer alone would keep new streams out',
    ],
  ])('%s refuses to start with contradicting settings: %j', (service, env, sentence) => {
    expect(refusal(service, env)).toEqual([sentence])
  })

  test.each<['ingest' | 'gateway', Record<string, string>]>([
    ['ingest', {}],
    ['ingest', { MAX_BODY_BYTES: '130000' }],
    ['ingest', { MAX_BODY_BYTES: '1048576', MAX_EVENT_BYTES: '524288' }],
    ['ingest', { MAX_BODY_BYTES: '1000' }],
    ['gateway', {}],
    ['gateway', { CONNECTION_BUFFER_BYTES: '2000000', TOTAL_BUFFER_BYTES: '2000000' }],
    ['gateway', { REPLAY_BUFFER_BYTES: '50000000', MAX_MEMORY_BYTES: '100000000' }],
    ['gateway', { MAX_MEMORY_BYTES: '67108864' }],
  ])('%s starts with settings that just agree: %j', (service, env) => {
    expect(refusal(service, env)).toBe(undefined)
  })
})

test('a gateway believes nobody about addresses, unless it is told how many proxies are in front', async () => {
  expect(gatewayConfig.shape.PROXY_HOPS.parse(undefined)).toBe(0)
  const urls = { databaseUrl: '', redisUrl: '', mqttUrl: '' }
  const prefixes = { redisPrefix: '', mqttPrefix: '', copyKeys: '', env: {} }
  const behindNginx = await serviceSpec({ role: 'gateway', index: 1, ...urls, ...prefixes })
  expect(behindNginx.env?.['PROXY_HOPS']).toBe('1')
})

// One service may need what another does without, as ingest does without Redis.
test('a variable that several services read means the same in each', () => {
  const services = [ingestConfig, bridgeConfig, gatewayConfig]
  const meanings = services.flatMap(({ shape }) =>
    Object.entries<z.ZodType>(shape).map(([name, variable]) => {
      return [
        name,
        JSON.stringify([variable.description, variable.safeParse(undefined).data]),
      ] as const
    }),
  )
  const names = new Set(meanings.map(([name]) => name))
  expect(new Set(meanings.map((meaning) => meaning.join(' '))).size).toBe(names.size)
})
