import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from './root.ts'

const FOLDERS = {
  start: 'stack',
  test: 'test',
  bench: 'bench',
  faults: 'test/faults',
  fuzz: 'test/security/fuzz',
  api: 'test/api',
  clients: 'test/clients',
  account: 'account',
  seed: 'stack/seed',
}
const COMMANDS =
  'start, test, bench, faults, fuzz, api, browsers, clients, account, seed, build, generate'.split(
    ', ',
  )

describe('the setup', () => {
  test('lists its commands', () => {
    expect(run('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(COMMANDS.join(', ')),
    })
  })

  test.each(COMMANDS)('explains %s, with one line for each option', (name) => {
    const { status, stdout } = run(name, '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^npm (start|test|run)/)
    expect(stdout).toMatch(/^ {2}--help +this text$/m)
    expect(run(name, '-h').stdout).toBe(stdout)
  })

  test('explains test:deploy and test:node in the same form', () => {
    for (const file of ['test/deploy/main.mjs', 'test/node/main.mjs']) {
      const { status, stdout } = node(file, '--help')
      expect(status).toBe(0)
      expect(stdout).toMatch(/^npm run test:\w+ /)
      expect(stdout).toMatch(/^ {2}--help +this text$/m)
    }
  })

  test.each([
    [['fly'], 'There is no command "fly"'],
    [['start', '--gatewys', '3'], "Unknown option '--gatewys'"],
    [['start', '--gateways', '0'], '--gateways must be 1 to 99, not "0"'],
    [['start', '--gateways', '2x'], '--gateways must be 1 to 99, not "2x"'],
    [['start', '--port', '70000'], '--port must be 1 to 65535, not "70000"'],
    [['start', '--redis', 'single,none'], '--redis must be single, sentinel or cluster'],
    [['start', '--brokers', '2'], '--brokers must not be more than --logs.'],
    [['start', 'now'], "Unexpected argument 'now'"],
    [['generate', '--all'], "Unknown option '--all'"],
    [['bench', 'fanuot'], 'There is no "fanuot"'],
    [['bench', '--baseline=-x'], '--baseline must be a commit of git, not "-x"'],
    [['faults', '--only', 'F7,8'], '--only must be ids like F7 or F13a, not "F7,8"'],
    [['faults', '--minutes', '0'], '--minutes must be 1 to 1000, not "0"'],
    [['faults', '--seed', '-1'], "'--seed' argument is ambiguous"],
    [['clients', 'cobol'], 'There is no "cobol"'],
  ])('refuses %j before it touches anything, and adds the help', (args, text) => {
    const { status, stderr } = run(...args)
    expect(stderr).toContain(text)
    expect(stderr).toContain('--help')
    expect(status).toBe(2)
  })

  test('refuses test:deploy --streams without a number', () => {
    const { status, stderr } = node('test/deploy/main.mjs', '--streams', '--all')
    expect([status, stderr]).toEqual([2, expect.stringContaining('--streams must be 1 to 100000')])
  })

  test('refuses a port in the environment that is none', () => {
    const { status, stderr } = node('stack/setup.mjs', 'start', { REDIS_PORT: 'high' })
    expect([status, stderr]).toEqual([2, expect.stringContaining('REDIS_PORT must be 1 to 65535')])
  })
})

test('the setup refuses an identity provider for a system that asks for no token', () => {
  const { status, stderr } = node('stack/setup.mjs', 'start', '--oidc', { AUTH: 'open' })
  expect([status, stderr]).toEqual([2, expect.stringContaining('--oidc needs AUTH=required.')])
})

describe('the options', () => {
  test('of start come from the command line first, then from the environment', () => {
    const env = {
      PORT: '81',
      HOST: '::1',
      REDIS_URL: 'redis://r',
      BRIDGE_REDIS_URL: 'redis://b',
      MQTT_URL: '',
      POSTGRES_PORT: '7',
      AUTH: 'open',
    }
    expect(optionsOf('start', ['--gateways=3', '--port', '80', '--secure'], env)).toEqual({
      addresses: { BRIDGE_REDIS_URL: 'redis://b' },
      auth: 'open',
      gateways: 3,
      secure: true,
      oidc: false,
      port: 80,
      host: '::1',
      redisUrl: 'redis://r',
      postgres: 1,
      brokers: 1,
      postgresPort: 7,
      replica: false,
    })
    const no = { secure: false, replica: false, oidc: false }
    const unset = { addresses: {}, auth: 'required', postgres: 1, brokers: 1, ...no }
    expect(optionsOf('start', [], { PORT: '81' })).toEqual({ ...unset, port: 81 })
    expect(optionsOf('start', [])).toEqual({ ...unset, port: 8080 })
    expect(optionsOf('start', ['--oidc'])).toEqual({ ...unset, oidc: true, port: 8080 })
    const several = ['--logs', '4', '--postgres', '2', '--redis', 'cluster,single', '--brokers=2']
    expect(optionsOf('start', several)).toMatchObject({
      logs: 4,
      postgres: 2,
      redis: ['cluster', 'single'],
      brokers: 2,
    })
  })

  test('of bench are all scenarios with five rounds, or one quick round', () => {
    expect(optionsOf('bench', [])).toEqual({
      scenarios: expect.arrayContaining(['fanout', 'storm', 'readers']),
      rounds: 5,
      minutes: 6,
      quick: false,
    })
    expect(optionsOf('bench', ['slow', '--quick', 'drain'])).toEqual({
      scenarios: ['slow', 'drain'],
      rounds: 1,
      minutes: 1,
      quick: true,
    })
  })

  test('of faults hold the command as it was typed', () => {
    expect(
      optionsOf('faults', ['--only', 'F7,F13a', '--minutes=12', '--seed', '5', '--keep']),
    ).toEqual({
      only: ['F7', 'F13a'],
      scale: 0.5,
      patience: 1,
      seed: 5,
      keep: true,
      write: false,
      command: 'npm run faults -- --only F7,F13a --minutes=12 --seed 5 --keep',
    })
    expect(optionsOf('faults', [])).toMatchObject({ only: [], scale: 1, command: 'npm run faults' })
  })

  test('of clients are all languages and the user’s cache', () => {
    expect(optionsOf('clients', ['go'], { XDG_CACHE_HOME: '/c' })).toEqual({
      languages: ['go'],
      only: [],
      plain: false,
      cache: '/c/causeway-clients',
      write: false,
    })
  })

  test('of test all go to jest, but --secure', () => {
    const rest = ['bridge', '-t', 'a name', '--verbose']
    expect(optionsOf('test', rest)).toEqual({ secure: false, rest })
    expect(optionsOf('test', ['--secure', ...rest])).toEqual({ secure: true, rest })
  })

  test('that another program gets are those that the command does not take itself', () => {
    const script = `
      import { defineCommand, flag, option } from './stack/setup/defineCommand.mjs'
      const parse = defineCommand({
        usage: '', passesOn: true, options: { all: flag(''), streams: option('N', '') },
        result: ({ values, rest }) => ({ ...values, rest }),
      })
      const args = ['a', '--streams=3', '-t', 'x', '--all', '--verbose=1', '--streams', '4']
      console.log(JSON.stringify(parse(args).options))`
    expect(JSON.parse(module(script))).toEqual({
      all: true,
      streams: '4',
      rest: ['a', '-t', 'x', '--verbose=1'],
    })
  })
})

/** What the program of a command would get; without the seed of the time. */
function optionsOf(
  name: keyof typeof FOLDERS,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): unknown {
  const script = `
    import { parse } from './${FOLDERS[name]}/command.mjs'
    console.log(JSON.stringify(parse(${JSON.stringify(args)}).options))`
  return JSON.parse(module(script, env))
}

function module(script: string, env: NodeJS.ProcessEnv = {}): string {
  const args = ['--input-type=module', '-e', script]
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env }).stdout
}

function run(...args: string[]) {
  return node('stack/setup.mjs', ...args)
}

function node(file: string, ...args: (string | NodeJS.ProcessEnv)[]) {
  const env = { ...process.env, ...args.find((arg) => typeof arg === 'object') }
  const words = args.filter((arg) => typeof arg === 'string')
  return spawnSync(process.execPath, [join(ROOT, file), ...words], { encoding: 'utf8', env })
}
