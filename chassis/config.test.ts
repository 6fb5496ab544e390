import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { parseConfig } from './config.ts'
import * as fields from './configFields.ts'

const KEY = 'Secret_of_forty-three_characters_0123456789'

test.each([
  ['port', fields.port(), '0', 0],
  ['port', fields.port(), '65535', 65_535],
  ['integer', fields.integer(1, 10), '007', 7],
  ['seconds', fields.seconds(0, 10), '0.25', 0.25],
  ['url', fields.url('redis', 'rediss'), 'rediss://:pw@h:6380/1', 'rediss://:pw@h:6380/1'],
  [
    'origins',
    fields.origins(),
    'https://a.example, http://b:81,',
    ['https://a.example', 'http://b:81'],
  ],
  ['logLevel', fields.logLevel(), 'debug', 'debug'],
  ['prefix', fields.prefix(), 'stage-2_b', 'stage-2_b'],
  ['host', fields.host(), '::1', '::1'],
  ['copyKeys', fields.copyKeys(), KEY, [KEY]],
  ['copyKeys', fields.copyKeys(), `${KEY},${'b'.repeat(64)}`, [KEY, 'b'.repeat(64)]],
])('The field %s takes its kind of text', (_name, field, text, value) => {
  expect(field.parse(text)).toEqual(value)
})

test.each([
  ['port', fields.port(), ['65536', '-1', '80a', ' 80', '0x50', '8e1', '1.5']],
  ['integer', fields.integer(5, 10), ['4', '11', 'five', '9999999999999999999']],
  ['seconds', fields.seconds(0, 10), ['11', '-1', '1s', '.5', '1e0', 'Infinity']],
  ['url', fields.url('redis'), ['localhost', 'http://h', 'redis://h:port', 'redis:h']],
  [
    'origins',
    fields.origins(),
    ['*', 'null', 'https://a/', 'https://a/x', 'a.example', 'https://A'],
  ],
  ['logLevel', fields.logLevel(), ['verbose', 'INFO']],
  ['prefix', fields.prefix(), ['a/b', 'a+', '{a}', 'a b', 'a'.repeat(65)]],
  ['host', fields.host(), ['a b', 'h/x', 'http://h']],
  [
    'copyKeys',
    fields.copyKeys(),
    [
      KEY.slice(1),
      'b'.repeat(65),
      `${KEY}=`,
      `${KEY}+`,
      `${KEY}\n`,
      `${KEY.slice(1)}ü`,
      `${KEY},`,
      `,${KEY}`,
      `${KEY}, ${KEY}`,
      `${KEY},${KEY.slice(1)}`,
      `${KEY},${KEY},${KEY}`,
    ],
  ],
])('The field %s refuses everything else, without repeating it', (_name, field, texts) => {
  for (const text of texts) {
    const { error } = field.safeParse(text)
    expect([text, error?.issues.length]).toEqual([text, 1])
    expect(error?.issues[0]?.message).toMatch(/^expected /)
    expect(error?.issues[0]?.message).not.toContain(text)
  }
})

const schema = z.object({
  DATABASE_URL: fields.url('postgres').describe('the log'),
  PORT: fields.port().default(8080).describe('where it listens'),
  CORS_ORIGINS: fields.origins().default([]).describe('who may call'),
})

test('A configuration has defaults for variables that are unset or empty, and ignores the rest of the environment', () => {
  const env = { DATABASE_URL: 'postgres://h/d', PORT: '', PATH: '/bin' }
  expect(parseConfig('x', schema, { env, argv: [] })).toEqual({
    config: { DATABASE_URL: 'postgres://h/d', PORT: 8080, CORS_ORIGINS: [] },
  })
})

test('A configuration reports all mistakes at once, by name, and repeats no value', () => {
  const env = { DATABASE_URL: '', PORT: 'hunter2', CORS_ORIGINS: 'https://hunter2@x' }
  expect(parseConfig('x', schema, { env, argv: ['--port=hunter2'] })).toEqual({
    mistakes: [
      'argument 1: the only argument is --help',
      'DATABASE_URL: required: an address that starts with postgres://',
      'PORT: expected a whole number from 0 to 65535',
      'CORS_ORIGINS: expected a comma list of origins like https://chat.example',
    ],
  })
})

test('A configuration prints its variables for --help, whatever else is wrong', () => {
  expect(parseConfig('x', schema, { env: { PORT: 'bad' }, argv: ['--bad', '--help'] })).toEqual({
    help: `x reads its configuration from environment variables:

variable      default   meaning
DATABASE_URL  required  the log
PORT          8080      where it listens
CORS_ORIGINS  (empty)   who may call
`,
  })
})
