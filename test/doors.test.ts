import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { passwordIn } from '../stack/secret.ts'
import type { Stack } from '../stack/stack.ts'
import { describeUnless } from './support/describeUnless.ts'
import { lackOf } from './support/lackOf.ts'
import { asNobody, mosquittoClient, psql, withPasswordOf } from './support/realClients.ts'
import { runProgram } from './support/runProgram.ts'
import { testStack } from './support/testStack.ts'
import { textsBelow } from './support/textsBelow.ts'

let stack: Stack

beforeAll(async () => {
  stack = await testStack({ ownServers: true, redisPrefix: 'causeway', mqttPrefix: 'causeway' })
}, 120_000)

afterAll(() => stack?.stop(), 60_000)

const addressOf = (variable: string): URL => new URL(stack.addresses[variable] ?? '')

describeUnless(lackOf('mosquitto_pub', 'mosquitto_sub'))('Mosquitto', () => {
  const FORGED = ['-t', 'causeway/channels/secret', '-m', 'forged', '-q', '1']
  test('refuses nobody, and every user the password of another', async () => {
    const admin = new URL(stack.mqttUrl)
    const ingest = addressOf('INGEST_MQTT_URL')
    const bridge = addressOf('BRIDGE_MQTT_URL')
    const account = addressOf('ACCOUNT_MQTT_URL')
    const wrong = [
      asNobody(admin),
      withPasswordOf(bridge, ingest),
      withPasswordOf(ingest, bridge),
      withPasswordOf(bridge, account),
      withPasswordOf(account, admin),
    ]
    for (const user of wrong) {
      const answers = [
        await mosquittoClient('mosquitto_pub', user, ...FORGED),
        await mosquittoClient('mosquitto_sub', user, '-t', '#', '-W', '3'),
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
      const { output } = await mosquittoClient('mosquitto_pub', addressOf(variable), ...FORGED)
      expect(output).toMatch(/not authorized/i)
    },
  )

  test.each([
    ['INGEST_MQTT_URL', 'causeway/publish/a'],
    ['INGEST_MQTT_URL', '$CONTROL/dynamic-security/v1'],
    ['BRIDGE_MQTT_URL', '$CONTROL/dynamic-security/v1'],
  ])('refuses what the user in %s sends to %s', async (variable, topic) => {
    const { output } = await mosquittoClient(
      'mosquitto_pub',
      addressOf(variable),
      '-t',
      topic,
      '-m',
      '{}',
      '-q',
      '1',
    )
    expect(output).toMatch(/not authorized/i)
  })

  test('lets a device that was added hear the channels of its grants only', async () => {
    const grant = `select access_put('grant', 'device:*', 'open.*', 'read', null, null)`
    await psql(addressOf('ACCOUNT_DATABASE_URL'), grant)
    const command = (...args: string[]) =>
      runProgram('node', ['dist/broker/device.js', ...args], { STACK: stack.dir })
    const { output: password } = await command('add', 'device:thermo', '--group', 'sensors')
    expect(await command('list')).toEqual({ code: 0, output: 'device:thermo sensors\n' })
    const device = new URL(stack.mqttUrl)
    device.username = 'device:thermo'
    device.password = password.trim()
    const listen = async (topic: string) =>
      (await mosquittoClient('mosquitto_sub', device, '-i', 'device:thermo', '-t', topic, '-E'))
        .output
    expect(await listen('causeway/channels/open/+')).toBe('')
    expect(await listen('causeway/channels/#')).toMatch(/denied/i)
    await psql(addressOf('ACCOUNT_DATABASE_URL'), grant.replace("'read'", "''"))
    expect((await command('follow')).code).toBe(0)
    expect(await listen('causeway/channels/open/+')).toMatch(/denied/i)
    expect((await command('remove', 'device:thermo')).code).toBe(0)
    expect(await listen('causeway/channels/open/+')).toMatch(/not authorized/i)
    for (const wrong of [['add'], ['add', 'user:a'], ['add', 'ingest'], ['fly'], ['list', 'x']]) {
      expect((await command(...wrong)).code).toBe(2)
    }
  }, 60_000)

  test.each([
    ['INGEST_MQTT_URL', 'causeway/channels/#'],
    ['INGEST_MQTT_URL', '#'],
    ['ACCOUNT_MQTT_URL', 'causeway/channels/#'],
    ['ACCOUNT_MQTT_URL', '#'],
    ['BRIDGE_MQTT_URL', '#'],
    ['BRIDGE_MQTT_URL', '$SYS/#'],
    ['BRIDGE_MQTT_URL', '$CONTROL/#'],
  ])('refuses the user in %s to listen to %s', async (variable, topic) => {
    const { output } = await mosquittoClient(
      'mosquitto_sub',
      addressOf(variable),
      '-t',
      topic,
      '-E',
    )
    expect(output).toMatch(/denied/i)
  })
})

describeUnless(lackOf('psql'))('Postgres', () => {
  const SERVICES = ['INGEST', 'BRIDGE', 'GATEWAY', 'ACCOUNT']
  test('refuses nobody, and every role the password of another', async () => {
    const none = addressOf('INGEST_DATABASE_URL')
    none.password = ''
    expect(await psql(none, 'select 1')).toMatch(/no password supplied/)
    const roles = SERVICES.map((service) => addressOf(`${service}_DATABASE_URL`))
    for (const role of roles) {
      for (const other of roles.filter((each) => each !== role)) {
        const answer = await psql(withPasswordOf(other, role), 'select 1')
        expect(answer).toMatch(/password authentication failed/)
      }
    }
  }, 60_000)

  test.each(SERVICES)('gives the role of %s no DDL, and not what is another’s', async (service) => {
    const url = addressOf(`${service}_DATABASE_URL`)
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
    expect((await psql(new URL(stack.databaseUrl), sql)).split('\n')).toEqual([
      'causeway',
      'causeway_bridge',
      'causeway_gateway',
      'causeway_ingest',
    ])
  })
})

describe('the secrets of a stack', () => {
  test('are all different', () => {
    expect(new Set(secrets()).size).toBe(Object.keys(stack.addresses).length + 4)
  })

  test('stand in files that only their owner can read, and in no log', () => {
    const texts = textsBelow(stack.dir)
    const files = [...texts.keys()]
    const all = secrets()
    const holders = files.filter((path) => all.some((secret) => texts.get(path)?.includes(secret)))
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

const isLinux = process.platform === 'linux'
describeUnless(isLinux ? undefined : 'only Linux shows command lines in /proc')(
  'the command lines',
  () => {
    test('hold no secret of a stack', () => {
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
  },
)

function secrets(): string[] {
  const urls = [stack.databaseUrl, stack.redisUrl, stack.mqttUrl, ...Object.values(stack.addresses)]
  return [...urls.map(passwordIn), readFileSync(join(stack.dir, 'copy-key'), 'utf8')]
}
