import { expect, test } from '@jest/globals'
import { createLogger, withoutPasswords } from './logger.ts'

test('A log line is JSON with its service, its level as a word and an ISO time', () => {
  const lines: string[] = []
  const logger = createLogger('ingest', 'info', { write: (line) => void lines.push(line) })
  logger.info({ n: 1 }, 'hello\n{"forged":true}')
  logger.debug('not this one')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    service: 'ingest',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    n: 1,
    msg: 'hello\n{"forged":true}',
  })
})

test('A log line holds no credential', () => {
  const lines: string[] = []
  const logger = createLogger('ingest', 'info', { write: (line) => void lines.push(line) })
  const headers = { authorization: 'Bearer secret', cookie: 's=secret', 'set-cookie': ['s=secret'] }
  const error = new Error('cannot reach postgres://causeway:secret@db:5432/causeway')
  logger.info({ headers, req: { headers }, res: { headers }, err: error }, 'at redis://:secret@r:1')
  expect(lines.join('')).toMatch('postgres://causeway:[redacted]@db:5432/causeway')
  expect(lines.join('')).not.toMatch('secret')
})

test.each([
  ['redis://:pw@h:1/0', 'redis://:[redacted]@h:1/0'],
  ['postgres://u:p@w@h/d', 'postgres://u:[redacted]@h/d'],
  ['{"a":"mqtt://u:pw@h","b":"x@y"}', '{"a":"mqtt://u:[redacted]@h","b":"x@y"}'],
  ['http://h:80/a@b', 'http://h:80/a@b'],
  ['{"a":"http://h:80","b":"x@y"}', '{"a":"http://h:80","b":"x@y"}'],
  ['a:b@c', 'a:b@c'],
])('The text %s is logged as %s', (line, logged) => {
  expect(withoutPasswords(line)).toBe(logged)
})
