import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { passwordIn } from '../stack/secret.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { post } from './support/ingestClient.ts'
import { lackOf } from './support/lackOf.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

let stack: Stack

beforeAll(async () => {
  stack = await testStack({ ownServers: true, redisPrefix: 'causeway', mqttPrefix: 'causeway' })
  await post(stack.origin, 'secret', { data: 1 })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

const addressOf = (variable: string): URL => new URL(stack.addresses[variable] ?? '')

describeUnless(lackOf('redis-cli'))('Redis', () => {
  /** What redis-cli prints for a command; as nobody, or as one of the users. */
  async function redis(user: string | undefined, password: string, ...command: string[]) {
    const url = new URL(stack.redisUrl)
    const as = user === undefined ? [] : ['--user', user]
    const args = ['-h', url.hostname, '-p', url.port, ...as, ...command]
    const env = user === undefined ? {} : { REDISCLI_AUTH: password }
    return (await runProgram('redis-cli', args, env)).output.trim()
  }
  const as = (variable: string, ...command: string[]) =>
    redis(addressOf(variable).username, passwordIn(addressOf(variable).href), ...command)

  test.each([[['PING']], [['GET', 'x']], [['FLUSHALL']], [['INFO']], [['CONFIG', 'GET', '*']]])(
    'refuses %j of nobody',
    async (command) => {
      expect(await redis(undefined, '', ...command)).toMatch(/NOAUTH/)
    },
  )

  test('refuses every user the password of another, and the default user any', async () => {
    const users = ['BRIDGE_REDIS_URL', 'GATEWAY_REDIS_URL', 'LIMITS_REDIS_URL'].map(addressOf)
    for (const { username } of [...users, { username: 'default' }]) {
      for (const other of users.filter((each) => each.username !== username)) {
        expect(await redis(username, passwordIn(other.href), 'PING')).toMatch(/WRONGPASS/)
      }
    }
  })

  const COMMON = [
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['CONFIG', 'GET', '*'],
    ['ACL', 'LIST'],
    ['CLIENT', 'LIST'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
    ['MONITOR'],
    ['DEBUG', 'SLEEP', '0'],
    ['SHUTDOWN'],
    ['MODULE', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['GET', 'x'],
    ['GET', 'other:{0}:extent'],
    ['PSUBSCRIBE', '*'],
    ['SUBSCRIBE', 'causeway:{0}:watermark'],
  ]
  const KEY = 'causeway:{0}:e:extent'
  const LIMIT = 'causeway:limit:posts:user:a'
  test.each([
    ...COMMON.flatMap((command) =>
      ['BRIDGE', 'GATEWAY', 'LIMITS'].map((service) => ({ service, command })),
    ),
    ...[
      ['GET', LIMIT],
      ['SET', LIMIT, '0'],
      ['SSUBSCRIBE', 'causeway:{0}:watermark'],
    ].map((command) => ({ service: 'BRIDGE', command })),
    ...[
      ['SET', KEY, 'x'],
      ['DEL', KEY],
      ['XADD', KEY, '*', 'm', 'x'],
      ['SPUBLISH', 'causeway:{0}:watermark', 'x'],
      ['PUBLISH', 'causeway:{0}:watermark', 'x'],
      ['EVAL', `return redis.call('GET', KEYS[1])`, '1', KEY],
      ['GET', LIMIT],
      ['SSUBSCRIBE', 'other'],
    ].map((command) => ({ service: 'GATEWAY', command })),
    ...[
      ['GET', KEY],
      ['SET', KEY, 'x'],
      ['EVAL', `return redis.call('GET', '${KEY}')`, '1', LIMIT],
      ['SPUBLISH', 'causeway:{0}:watermark', 'x'],
      ['SSUBSCRIBE', 'causeway:{0}:watermark'],
    ].map((command) => ({ service: 'LIMITS', command })),
  ])('refuses $command of the user in $service', async ({ service, command }) => {
    expect(await as(`${service}_REDIS_URL`, ...command)).toMatch(
      /NOPERM|not allowed to|no permission/i,
    )
  })

  test('refused nothing that a service asked for', async () => {
    const url = new URL(stack.redisUrl)
    await waitFor(async () => {
      const found = await redis('admin', url.password, 'EXISTS', 'x')
      return found === '0'
    })
    const log = await redis('admin', url.password, 'ACL', 'LOG')
    // The tests above are in it, as redis-cli; each service has given its connection a name.
    expect(log).toContain('name= ')
    expect(log).not.toMatch(/name=causeway/)
  })
})

describeUnless(lackOf('mosquitto_pub', 'mosquitto_sub'))('Mosquitto', () => {
  const FORGED = ['-t', 'causeway/channels/secret', '-m', 'forged', '-q', '1']
  async function mqtt(program: string, user: [string, string] | undefined, args: string[]) {
    const { hostname, port } = new URL(stack.mqttUrl)
    const as = user === undefined ? [] : ['-u', user[0], '-P', user[1]]
    return runProgram(program, ['-V', '5', '-h', hostname, '-p', port, ...as, ...args])
  }
  const userOf = (variable: string): [string, string] => {
    const { username, href } = addressOf(variable)
    return [username, passwordIn(href)]
  }

  test('refuses nobody, and every user the password of another', async () => {
    const wrong: ([string, string] | undefined)[] = [
      undefined,
      ['ingest', userOf('BRIDGE_MQTT_URL')[1]],
      ['bridge', userOf('INGEST_MQTT_URL')[1]],
      ['account', userOf('BRIDGE_MQTT_URL')[1]],
      ['admin', userOf('ACCOUNT_MQTT_URL')[1]],
      ['nobody', 'x'],
    ]
    for (const user of wrong) {
      const answers = [
        await mqtt('mosquitto_pub', user, FORGED),
        await mqtt('mosquitto_sub', user, ['-t', '#', '-W', '3']),
      ]
      for (const { code, output } of answers) {
        expect(output).toMatch(/not authorized/i)
        expect(code).not.toBe(0)
      }
    }
  }, 60_000)

  test.each(['BRIDGE_MQTT_URL', 'ACCOUNT_MQTT_URL'])(
    'refuses a stored message of the user in %s',
    async (variable) => {
      const { output } = await mqtt('mosquitto_pub', userOf(variable), FORGED)
      expect(output).toMatch(/not authorized/i)
    },
  )

  test.each([
    ['INGEST_MQTT_URL', 'causeway/publish/a'],
    ['INGEST_MQTT_URL', '$CONTROL/dynamic-security/v1'],
    ['BRIDGE_MQTT_URL', '$CONTROL/dynamic-security/v1'],
  ])('refuses what the user in %s sends to %s', async (variable, topic) => {
    const { output } = await mqtt('mosquitto_pub', userOf(variable), [
      '-t',
      topic,
      '-m',
      '{}',
      '-q',
      '1',
    ])
    expect(output).toMatch(/not authorized/i)
  })

  test.each([
    ['INGEST_MQTT_URL', 'causeway/channels/#'],
    ['INGEST_MQTT_URL', '#'],
    ['ACCOUNT_MQTT_URL', 'causeway/channels/#'],
    ['ACCOUNT_MQTT_URL', '#'],
    ['BRIDGE_MQTT_URL', '#'],
    ['BRIDGE_MQTT_URL', '$SYS/#'],
    ['BRIDGE_MQTT_URL', '$CONTROL/#'],
  ])('refuses the user in %s to listen to %s', async (variable, topic) => {
    const { output } = await mqtt('mosquitto_sub', userOf(variable), ['-t', topic, '-E'])
    expect(output).toMatch(/denied/i)
  })
})

describeUnless(lackOf('psql'))('Postgres', () => {
  const SERVICES = ['INGEST', 'BRIDGE', 'GATEWAY', 'ACCOUNT']
  const psql = async (url: string, sql: string) =>
    (await runProgram('psql', [url, '-w', '-A', '-t', '-c', sql])).output.trim()

  test('refuses nobody, and every role the password of another', async () => {
    const none = addressOf('INGEST_DATABASE_URL')
    none.password = ''
    expect(await psql(none.href, 'select 1')).toMatch(/no password supplied/)
    for (const service of SERVICES) {
      const url = addressOf(`${service}_DATABASE_URL`)
      for (const other of SERVICES.filter((each) => each !== service)) {
        url.password = passwordIn(addressOf(`${other}_DATABASE_URL`).href)
        expect(await psql(url.href, 'select 1')).toMatch(/password authentication failed/)
      }
    }
  }, 60_000)

  test.each(SERVICES)('gives the role of %s no DDL, and not what is another’s', async (service) => {
    const url = addressOf(`${service}_DATABASE_URL`).href
    for (const sql of [
      'create table a (b int)',
      'drop table message',
      'create role a',
      'create temp table a (b int)',
      'truncate log',
    ]) {
      expect(await psql(url, sql)).toMatch(/permission denied|must be owner/)
    }
    const appends = `select append_messages(0::smallint, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 1, now())`
    const puts = `select access_put('grant', 'user:a', '**', 'admin', null, null)`
    const isRefused = async (sql: string) => /permission denied/.test(await psql(url, sql))
    expect({ appends: await isRefused(appends), puts: await isRefused(puts) }).toEqual({
      appends: service !== 'INGEST',
      puts: service !== 'ACCOUNT',
    })
  })

  test('has each service as its own role', async () => {
    const sql = 'select distinct usename from pg_stat_activity where usename is not null order by 1'
    expect((await psql(stack.databaseUrl, sql)).split('\n')).toEqual([
      'causeway',
      'causeway_bridge',
      'causeway_gateway',
      'causeway_ingest',
    ])
  })
})

describe('the secrets of a stack', () => {
  const secrets = () =>
    [stack.databaseUrl, stack.redisUrl, stack.mqttUrl, ...Object.values(stack.addresses)]
      .map(passwordIn)
      .concat(readFileSync(join(stack.dir, 'copy-key'), 'utf8'))

  test('are all different', () => {
    expect(new Set(secrets()).size).toBe(Object.keys(stack.addresses).length + 4)
  })

  test('stand on no command line', () => {
    const lines = readdirSync('/proc').flatMap((pid) => {
      if (!/^\d+$/.test(pid)) return []
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
      } catch {
        return []
      }
    })
    expect(lines.some((line) => line.includes('redis-server'))).toBe(true)
    for (const secret of secrets()) {
      expect(lines.filter((line) => line.includes(secret))).toEqual([])
    }
  })

  test('stand in files that only their owner can read, and in no log', () => {
    const files = filesBelow(stack.dir)
    const all = secrets()
    const holders = files.filter((path) => {
      const text = readFileSync(path, 'latin1')
      return all.some((secret) => text.includes(secret))
    })
    expect(holders.map((path) => path.slice(stack.dir.length + 1)).sort()).toEqual([
      'copy-key',
      'mosquitto/password',
      'postgres/password',
      'redis/password',
      'redis/redis.conf',
      'stack.json',
    ])
    for (const path of [...holders, ...files.filter((each) => each.endsWith('.log'))]) {
      expect([path, (statSync(path).mode & 0o777).toString(8)]).toEqual([path, '600'])
    }
  })
})

/** Without what Postgres keeps, which holds verifiers only. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'data' ? [] : filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}
