import { readFileSync } from 'node:fs'
import { expect, jest, test } from '@jest/globals'
import type { MqttClient } from 'mqtt'
import { createHttpServer } from './http.ts'
import { createLogger } from './logger.ts'
import { connectMqtt, endMqtt } from './mqtt.ts'
import { connectRedis, connectSubscriber } from './redis.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const logger = createLogger('test', 'silent', { write: () => {} })
const link = { url: 'redis://127.0.0.1:1', key: 'x', name: 'test', logger }

test('A service bounds how long a request takes to arrive, and an answer only if its route says so', () => {
  const { headersTimeout, requestTimeout, timeout } = createHttpServer(() => {})
  expect(headersTimeout).toBeGreaterThan(0)
  expect(headersTimeout).toBeLessThan(requestTimeout)
  expect([timeout, createHttpServer(() => {}, 7_000).timeout]).toEqual([0, 7_000])
})

test('A check of readiness fails before the shortest time-out of a probe', () => {
  const [, check] = /CHECK_MILLISECONDS = (\d+)/.exec(read('chassis/readiness.ts')) ?? []
  const probes = [
    ...read('charts/causeway/templates/services.yaml').matchAll(/timeoutSeconds: (\d+)/g),
  ]
  expect(probes.length).toBeGreaterThan(1)
  for (const [, seconds] of probes) expect(Number(check)).toBeLessThan(Number(seconds) * 1_000)
})

test('A Redis connection waits longer after each failure, up to about a second, and with jitter', () => {
  jest.spyOn(Math, 'random').mockReturnValue(0)
  const redis = connectRedis(link)
  redis.disconnect()
  const { retryStrategy } = redis.options
  const waits = () => [1, 2, 10, 20, 21, 10_000].map((times) => Number(retryStrategy?.(times)))
  expect(waits()).toEqual([50, 100, 500, 1_000, 1_000, 1_000])
  jest.spyOn(Math, 'random').mockReturnValue(0.5)
  expect(waits()).toEqual([100, 150, 550, 1_050, 1_050, 1_050])
  jest.restoreAllMocks()
})

test('A subscriber pings twice at least before a silent link is given up, and no more once it ended', () => {
  jest.useFakeTimers()
  const subscriber = connectSubscriber(link)
  const pings = jest.spyOn(subscriber, 'ping').mockResolvedValue('PONG')
  const silent = subscriber.options.socketTimeout ?? 0
  expect(silent).toBeGreaterThan(1_000)
  jest.advanceTimersByTime(silent)
  expect(pings).not.toHaveBeenCalled()
  subscriber.status = 'ready'
  jest.advanceTimersByTime(silent)
  expect(pings.mock.calls.length).toBeGreaterThanOrEqual(2)
  subscriber.emit('end')
  pings.mockClear()
  jest.advanceTimersByTime(10 * silent)
  expect(pings).not.toHaveBeenCalled()
  jest.useRealTimers()
  subscriber.disconnect()
})

test('A Redis connection keeps no command for later and repeats none', () => {
  for (const connect of [connectRedis, connectSubscriber]) {
    const redis = connect(link)
    redis.disconnect()
    expect(redis.options).toMatchObject({
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectionName: 'test',
    })
    const { commandTimeout = Infinity, connectTimeout = Infinity } = redis.options
    expect(commandTimeout).toBeLessThan(connectTimeout)
    expect(connectTimeout).toBeLessThan(5_000)
  }
})

async function options(): Promise<MqttClient['options']> {
  const client = connectMqtt('mqtt://127.0.0.1:1', 'bridge', logger)
  await endMqtt(client, 0)
  return client.options
}

test('An MQTT connection asks for a clean session by an id of its role, and keeps nothing for later', async () => {
  expect(await options()).toMatchObject({
    protocolVersion: 5,
    clean: true,
    resubscribe: false,
    queueQoSZero: false,
    reconnectOnConnackError: true,
    clientId: expect.stringMatching(/^bridge-[0-9a-f-]{36}$/),
  })
})

test('MQTT connections that were lost together come back at different times, within a second', async () => {
  const random = jest.spyOn(Math, 'random')
  const periods: unknown[] = []
  for (const value of [0, 0.5, 0.999]) {
    random.mockReturnValue(value)
    periods.push((await options()).reconnectPeriod)
  }
  expect(periods).toEqual([500, 750, 999])
  jest.restoreAllMocks()
})
