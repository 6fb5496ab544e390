import { expect, test } from '@jest/globals'
import { z } from 'zod'
import {
  commonConfig,
  copyKeysConfig,
  crashConfig,
  databaseUrl,
  mqttConfig,
  redisConfig,
} from './commonConfig.ts'
import { parseConfig } from './config.ts'

const schema = z.object({
  ...commonConfig,
  ...databaseUrl,
  ...redisConfig,
  ...mqttConfig,
  ...copyKeysConfig,
  ...crashConfig,
})

const REQUIRED = {
  METRICS_PORT: '9100',
  DATABASE_URL: 'postgres://h/d',
  REDIS_URL: 'redis://h',
  MQTT_URL: 'mqtt://h',
  COPY_KEYS: 'k'.repeat(43),
}

const parse = (env: Record<string, string>) => parseConfig('x', schema, { env, argv: [] })

test('A service needs its addresses, its port of metrics and the keys, and has defaults for the rest', () => {
  expect(parse(REQUIRED)).toEqual({
    config: {
      ...REQUIRED,
      METRICS_PORT: 9100,
      COPY_KEYS: ['k'.repeat(43)],
      LOG_LEVEL: 'info',
      // Loopback: whoever wants the metrics elsewhere has to say so.
      METRICS_HOST: '127.0.0.1',
      LOG_ID: 0,
      DRAIN_SECONDS: 20,
      REDIS_PREFIX: 'causeway',
      MQTT_PREFIX: 'causeway',
    },
  })
  const missing = parse({})
  const names = 'mistakes' in missing ? missing.mistakes.map((each) => each.split(':')[0]) : []
  expect(new Set(names)).toEqual(new Set(Object.keys(REQUIRED)))
})

test.each([
  ['DATABASE_URL', ['postgres://h/d', 'postgresql://h/d']],
  ['REDIS_URL', ['redis://h', 'rediss://h', 'redis+sentinel://a,b/m', 'rediss+cluster://a,b']],
  ['MQTT_URL', ['mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss'].map((protocol) => `${protocol}://h`)],
  ['LOG_ID', ['0', '32767']],
  ['DRAIN_SECONDS', ['0', '3600']],
])('The variable %s takes each of %j', (name, values) => {
  for (const value of values) expect(parse({ ...REQUIRED, [name]: value })).toHaveProperty('config')
})

test.each([
  ['DATABASE_URL', 'mysql://h/d'],
  ['REDIS_URL', 'postgres://h'],
  ['REDIS_URL', 'redis+sentinel://h'],
  ['MQTT_URL', 'http://h'],
  // A smallint in the database.
  ['LOG_ID', '32768'],
  ['DRAIN_SECONDS', '3601'],
])('The variable %s does not take %s', (name, value) => {
  expect(parse({ ...REQUIRED, [name]: value })).toEqual({
    mistakes: [expect.stringMatching(`^${name}: expected `)],
  })
})

test('Each variable has a description for operators', () => {
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    expect([name, field.description]).toEqual([name, expect.stringMatching(/^[A-Z].{10}/)])
  }
})
