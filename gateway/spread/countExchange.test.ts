import { beforeEach, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { disposables } from '../../test/support/disposables.ts'
import { openRedis } from '../../test/support/testRedis.ts'
import { uniquePrefix } from '../../test/support/uniquePrefix.ts'
import { CountExchange } from './countExchange.ts'

const opened = disposables()
let redis: Redis
let prefix: string

beforeEach(async () => {
  redis = await openRedis(opened)
  prefix = uniquePrefix()
})

const key = (): string => `${prefix}:limit:{limits}:gateways`
const a = (): CountExchange => new CountExchange(redis, prefix, 'aaaaaaaa')
const b = (): CountExchange => new CountExchange(redis, prefix, 'bbbbbbbb')

test('Each gateway has one line, and hears those of the others', async () => {
  expect(await a().exchange('aaaaaaaa 1 10 5 o', [])).toBe('aaaaaaaa 1 10 5 o')
  expect(await b().exchange('bbbbbbbb 1 20 5 o', [])).toBe('bbbbbbbb 1 20 5 o\naaaaaaaa 1 10 5 o')
  expect(await a().exchange('aaaaaaaa 2 11 5 l', [])).toBe('aaaaaaaa 2 11 5 l\nbbbbbbbb 1 20 5 o')
})

test('A gateway that closes takes its line away, and that of a dead one is removed for it', async () => {
  await a().exchange('aaaaaaaa 1 10 5 o', [])
  await b().exchange('bbbbbbbb 1 20 5 o', [])
  await a().exchange('', [])
  expect(await redis.get(key())).toBe('\nbbbbbbbb 1 20 5 o')
  expect(await a().exchange('aaaaaaaa 1 10 5 o', ['bbbbbbbb'])).toBe('aaaaaaaa 1 10 5 o')
})

test('It all ends a minute after the last gateway', async () => {
  await a().exchange('aaaaaaaa 1 10 5 o', [])
  const seconds = await redis.ttl(key())
  expect(seconds).toBeGreaterThan(50)
  expect(seconds).toBeLessThanOrEqual(60)
})

test('What stands there and is no line goes, and no more than a thousand stay', async () => {
  const many = Array.from({ length: 2_000 }, (_, at) => `${String(at).padStart(8, '0')} 1 1 1 o`)
  const long = `cccccccc 1 1 ${'1'.repeat(60)} o`
  await redis.set(key(), ['not a line', long, '', ...many].join('\n'))
  const lines = (await a().exchange('aaaaaaaa 1 10 5 o', [])).split('\n')
  expect(lines).toHaveLength(1_000)
  expect(lines.slice(0, 2)).toEqual(['aaaaaaaa 1 10 5 o', '00000000 1 1 1 o'])
})
