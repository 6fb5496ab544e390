import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals'
import { z } from 'zod'
import { commonConfig, databaseReplicaConfig, databaseUrl, redisConfig } from './commonConfig.ts'
import { parseLayout, readLayout } from './layout.ts'

const { LOG_ID, LAYOUT_FILE } = commonConfig
const schema = z.object({
  LOG_ID,
  LAYOUT_FILE,
  ...databaseUrl,
  ...databaseReplicaConfig,
  ...redisConfig,
})
const PLAIN = {
  DATABASE_URL: 'postgres://plain/d',
  DATABASE_REPLICA_URL: 'postgres://copy/d',
  REDIS_URL: 'redis://plain',
}
const NAMED = {
  DATABASE_URL_B: 'postgres://b/d',
  REDIS_URL_FAR_2: 'redis+cluster://far:6379',
  MQTT_URL_X: 'mqtt://x',
}

function parse(file: unknown, env: Record<string, string> = NAMED, own: object = {}) {
  const text = file === undefined || typeof file === 'string' ? file : JSON.stringify(file)
  return parseLayout(text, schema.parse({ ...PLAIN, ...own }), { schema, env })
}

const read = (path: string) =>
  readLayout('ingest', schema, schema.parse({ ...PLAIN, LAYOUT_FILE: path }))

const mistakesOf = (...given: Parameters<typeof parse>): string[] => {
  const parsed = parse(...given)
  return 'mistakes' in parsed ? parsed.mistakes : []
}

describe('Without a layout', () => {
  test('there is the one log of LOG_ID, on the plain addresses', () => {
    const parsed = parse(undefined, NAMED, { LOG_ID: '3' })
    const { logs, channelLogs } =
      'layout' in parsed ? parsed.layout : { logs: [], channelLogs: undefined }
    expect(logs).toEqual([expect.objectContaining({ ...PLAIN, id: 3 })])
    expect(channelLogs?.logOf('lobby')).toBe(3)
  })
})

describe('A layout', () => {
  test('has servers for each log: those with a name have variables of their own, the others the plain ones', () => {
    const parsed = parse({
      logs: [{ id: 0 }, { id: 7, postgres: 'b' }, { id: 9, redis: 'far_2', broker: 'x' }],
      rules: [{ pattern: 'fleet.**', log: 7 }],
    })
    const { logs, channelLogs } =
      'layout' in parsed ? parsed.layout : { logs: [], channelLogs: undefined }
    expect(
      logs.map((log) => [log.id, log.DATABASE_URL, log.DATABASE_REPLICA_URL, log.REDIS_URL]),
    ).toEqual([
      [0, 'postgres://plain/d', 'postgres://copy/d', 'redis://plain'],
      // The plain replica is a copy of another server.
      [7, 'postgres://b/d', undefined, 'redis://plain'],
      [9, 'postgres://plain/d', 'postgres://copy/d', 'redis+cluster://far:6379'],
    ])
    expect([channelLogs?.logOf('fleet.a'), channelLogs?.logOf('lobby')]).toEqual([7, 0])
  })

  test('needs the address of each server that its service uses, and tells of it once', () => {
    const file = {
      logs: [
        { id: 0, postgres: 'b', broker: 'nowhere' },
        { id: 1, postgres: 'b', redis: 'c' },
      ],
    }
    expect(mistakesOf(file, { DATABASE_URL_B: 'hunter2' })).toEqual([
      'DATABASE_URL_B: expected an address that starts with postgres:// or postgresql://',
      expect.stringMatching(/^REDIS_URL_C: required: an address that starts with redis:/),
    ])
  })

  test('leaves no meaning to LOG_ID', () => {
    expect(mistakesOf({ logs: [{ id: 1 }] }, {}, { LOG_ID: '1' })).toEqual([
      'LOG_ID: expected none, because LAYOUT_FILE is set',
    ])
  })

  const log = { id: 0 }
  test.each<[unknown, string]>([
    ['', 'expected a file with JSON'],
    ['{', 'expected a file with JSON'],
    [[], 'Invalid input: expected object, received array'],
    [{ logs: [] }, 'logs: Too small: expected array to have >=1 items'],
    [
      { logs: Array.from({ length: 65 }, (_, id) => ({ id })) },
      'logs: Too big: expected array to have <=64 items',
    ],
    [{ logs: [{ id: 32_768 }] }, 'logs.0.id: Too big: expected number to be <=32767'],
    [{ logs: [{ id: 0.5 }] }, 'logs.0.id: Invalid input: expected int, received number'],
    [{ logs: [log, { id: 1 }, log] }, 'logs.2.id: expected each log once'],
    [{ logs: [{ id: 0, mqtt: 'b' }] }, 'logs.0: Unrecognized key: "mqtt"'],
    [
      { logs: [{ id: 0, postgres: 'B' }] },
      'logs.0.postgres: expected 1 to 32 of a to z, 0 to 9 and "_"',
    ],
    [
      { logs: [log], rules: [{ pattern: 'own.{sub}', log: 0 }] },
      'rules.0.pattern: expected a pattern of channels, without {sub}',
    ],
    [
      { logs: [log], rules: [{ pattern: 'a..b', log: 0 }] },
      'rules.0.pattern: expected a pattern of channels, without {sub}',
    ],
    [{ logs: [log], rules: [{ pattern: 'a', log: 1 }] }, 'rules.0.log: expected one of the logs'],
    [
      { logs: [log], rules: [{ pattern: 'a', log: 0 }] },
      'rules: expected a log that no rule names, for all other channels',
    ],
  ])('with mistake %# is refused, and says why', (file, mistake) => {
    expect(mistakesOf(file)).toEqual([`LAYOUT_FILE: ${mistake}`])
  })
})

describe('A service', () => {
  const folder = mkdtempSync(join(tmpdir(), 'layout-'))
  const file = join(folder, 'layout.json')
  afterEach(() => void jest.restoreAllMocks())
  afterAll(() => rmSync(folder, { recursive: true }))

  test('reads its layout from the file', () => {
    writeFileSync(file, JSON.stringify({ logs: [{ id: 4 }, { id: 5 }] }))
    expect(read(file).logs.map(({ id }) => id)).toEqual([4, 5])
  })

  test('with a mistake in it, or without the file, ends with 78 and a line on stderr', () => {
    const output: unknown[] = []
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => output.push(text) > 0)
    jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`)
    })
    writeFileSync(file, JSON.stringify({ logs: [] }))
    expect(() => read(file)).toThrow('exit 78')
    expect(() => read(join(folder, 'other.json'))).toThrow('exit 78')
    expect(output).toEqual([
      'ingest: LAYOUT_FILE: logs: Too small: expected array to have >=1 items\n',
      'ingest: LAYOUT_FILE: expected a file with JSON\n',
    ])
  })
})
