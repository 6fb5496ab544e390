import { expect, test } from '@jest/globals'
import { parseRedisAddress } from './redisAddress.ts'

test('A single server is left to the client', () => {
  for (const url of ['redis://h', 'rediss://u:p@h:6380/2', 'redis://[::1]:1']) {
    expect(parseRedisAddress(url)).toEqual({ kind: 'single' })
  }
})

test('An address of Sentinels names them, the master, and both users', () => {
  const query = 'sentinel_username=asker&sentinel_password=s%26t'
  expect(
    parseRedisAddress(`rediss+sentinel://u:p%40w@a:1,b,[2001:db8::1]:3/main?${query}`),
  ).toEqual({
    kind: 'sentinel',
    hosts: [
      { host: 'a', port: 1 },
      { host: 'b', port: 26_379 },
      { host: '2001:db8::1', port: 3 },
    ],
    isTls: true,
    master: 'main',
    credentials: { username: 'u', password: 'p@w' },
    sentinel: { username: 'asker', password: 's&t' },
  })
})

test('An address of a cluster names its nodes; nobody needs to sign in', () => {
  expect(parseRedisAddress('redis+cluster://a,b:7001')).toEqual({
    kind: 'cluster',
    hosts: [
      { host: 'a', port: 6_379 },
      { host: 'b', port: 7_001 },
    ],
    isTls: false,
    master: '',
    credentials: {},
    sentinel: {},
  })
  expect(parseRedisAddress('redis+cluster://:only@a')).toMatchObject({
    credentials: { password: 'only' },
  })
})

test.each([
  '',
  'redis+cluster://',
  'redis+cluster://a,,b',
  'redis+cluster://a:x',
  'redis+cluster://a/master',
  'redis+sentinel://a',
  'redis+sentinel://a/b/c',
  'redis+other://a',
  'http://a',
  'x redis://a',
])('The text %j is no address of Redis', (text) => {
  expect(parseRedisAddress(text)).toBe(undefined)
})
