import { expect, test } from '@jest/globals'
import { worthShowing } from './terminal.ts'

test.each([
  ['gateway', '{"level":"warn","msg":"Redis is away"}', 'warn: Redis is away'],
  [
    'ingest',
    '{"level":"error","msg":"failed","err":{"message":"disk full"}}',
    'error: failed (disk full)',
  ],
  ['bridge', 'Error: Cannot find module', 'Error: Cannot find module'],
  [
    'postgres',
    '2026-11-21 20:49:41 UTC [9] FATAL:  no space',
    '2026-11-21 20:49:41 UTC [9] FATAL:  no space',
  ],
  [
    'nginx',
    '2026/11/21 20:48:31 [emerg] 1#1: bind() failed',
    '2026/11/21 20:48:31 [emerg] 1#1: bind() failed',
  ],
  [
    'mosquitto',
    '2026-11-21T20:48:31: Error: Address already in use',
    '2026-11-21T20:48:31: Error: Address already in use',
  ],
])('the terminal shows a line of %s: %s', (role, line, shown) => {
  expect(worthShowing(role, line)).toBe(shown)
})

test.each([
  ['mosquitto', 'Error: \u001b[31mred\u0007', 'Error: ·[31mred·'],
  ['bridge', 'a\u009b31mcrash', 'a·31mcrash'],
  ['gateway', '{"level":"warn","msg":"a\\u001b[2Jb"}', 'warn: a·[2Jb'],
])('the terminal shows no control character of a line of %s', (role, line, shown) => {
  expect(worthShowing(role, line)).toBe(shown)
})

test.each([
  ['gateway', '{"level":"info","msg":"request completed"}'],
  ['ingest', '{"level":"info","msg":"listening"}'],
  ['postgres', '2026-11-21 20:49:41 UTC [9] LOG:  checkpoint starting'],
  ['redis', '22686:M 21 Nov 2026 20:48:27.332 # Server initialized'],
  ['nginx', '2026/11/21 20:49:31 [error] 1#1: *21 connect() failed'],
  ['mosquitto', '2026-11-21T20:48:31: New connection from 127.0.0.1'],
])('the terminal leaves a line of %s in the log: %s', (role, line) => {
  expect(worthShowing(role, line)).toBeUndefined()
})
