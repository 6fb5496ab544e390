import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as limits from '../contract/limits.ts'
import { gatewayConfig } from '../gateway/config.ts'
import { ingestConfig } from '../ingest/config.ts'
import { ROOT } from '../stack/root.ts'

const numberIn = (file: string, pattern: RegExp): number =>
  Number(pattern.exec(readFileSync(`${ROOT}/${file}`, 'utf8'))?.[1])
const highest = (name: 'MAX_BODY_BYTES' | 'MAX_EVENT_BYTES', limit: number): boolean[] =>
  [limit, limit + 1].map((value) => ingestConfig.shape[name].safeParse(String(value)).success)

describe('the highest bounds that can be set', () => {
  test('are those that the other processes keep room for', () => {
    expect(highest('MAX_BODY_BYTES', limits.MAX_BODY_BYTES)).toEqual([true, false])
    expect(highest('MAX_EVENT_BYTES', limits.MAX_EVENT_BYTES)).toEqual([true, false])
    const least = [limits.LEAST_WAITING_BYTES - 1, limits.LEAST_WAITING_BYTES].map(
      (value) => gatewayConfig.shape.MAX_WAITING_BYTES.safeParse(String(value)).success,
    )
    expect(least).toEqual([false, true])
    expect(limits.LEAST_WAITING_BYTES).toBeGreaterThanOrEqual(2 * limits.MAX_EVENT_BYTES)
    expect(limits.MAX_PACKET_BYTES).toBeGreaterThan(limits.MAX_EVENT_BYTES)
    expect(limits.MQTT_WINDOW_BYTES).toBeGreaterThanOrEqual(2 * limits.MAX_EVENT_BYTES)
  })

  test('are within what edge and broker let pass', () => {
    const edge = numberIn('deploy/nginx/nginx.conf.template', /client_max_body_size (\d+)m;/)
    expect(edge * 1_048_576).toBe(limits.MAX_BODY_BYTES)
    const broker = numberIn('deploy/mosquitto/mosquitto.conf.template', /^max_packet_size (\d+)$/m)
    expect(broker).toBe(limits.MAX_PACKET_BYTES)
    for (const bound of ['max_inflight_bytes', 'max_queued_bytes']) {
      const bytes = numberIn(
        'deploy/mosquitto/mosquitto.conf.template',
        new RegExp(`^${bound} (\\d+)$`, 'm'),
      )
      expect(bytes).toBeGreaterThanOrEqual(limits.MAX_PACKET_BYTES)
    }
  })

  test('fit into what may wait for the database', () => {
    const waiting = ingestConfig.shape.MAX_WAITING_BYTES
    expect(waiting.safeParse(String(limits.MAX_EVENT_BYTES)).success).toBe(true)
    expect(waiting.safeParse(String(limits.MAX_EVENT_BYTES - 1)).success).toBe(false)
  })
})
