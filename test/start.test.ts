import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { signalGroup } from '../stack/group.ts'
import { identityOf } from '../stack/identity.ts'
import { freePort, listenError } from '../stack/ports.ts'
import { ROOT } from '../stack/root.ts'
import { giveAuthority, PROTOCOL } from './support/authority.ts'
import { describeUnless } from './support/describeUnless.ts'
import { testServers } from './support/servers.ts'
import { testDatabase } from './support/testDatabase.ts'
import { uniquePrefix } from './support/uniquePrefix.ts'
import { waitFor } from './support/waitFor.ts'

// A start may take long on a busy machine; the waits inside are shorter, and say what they wait for.
jest.setTimeout(120_000)

const ONE_OF_EACH = ['--gateways', '1', '--bridges', '1', '--ingests', '1']
const SECURE = PROTOCOL === 'https' ? ['--secure'] : []

let dir: string
let port: number
const started = new Set<ChildProcess>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-start-'))
  await giveAuthority(dir)
  port = await freePort()
})
afterEach(async () => {
  for (const runner of started) runner.kill('SIGKILL')
  // Only a test that failed has left any.
  for (const pid of pids()) signalGroup(pid, 'SIGKILL')
  await waitFor(() => pids().every(isGone), 10)
  started.clear()
  await rm(dir, { recursive: true, force: true })
})

describe('npm start', () => {
  test('says where it runs, refuses to run twice in one folder, and stops everything at the first Ctrl-C', async () => {
    const env = await sharedServers()
    const { runner, out } = start(env)
    await untilUp(out)
    const second = start(env)
    expect(await once(second.runner, 'exit')).toEqual([1, null])
    expect(second.out.text).toContain(`already runs from ${dir}, as process ${runner.pid}`)
    const all = pids()
    expect(all).toHaveLength(5)
    // It comes a moment after all is up.
    await waitFor(() =>
      /Nobody is admin yet; this link makes one: https?:.*\/#invite=[\w-]{43}\n/.test(out.text),
    )
    runner.kill('SIGINT')
    const [code] = await once(runner, 'exit')
    expect([code, all.filter((pid) => !isGone(pid))]).toEqual([0, []])
    expect(existsSync(join(dir, 'stack.json'))).toBe(false)
    expect(existsSync(join(dir, 'run.pids'))).toBe(false)
    expect(out.text).toMatch(/causeway: stopping\n(.*\n)*causeway: stopped\n$/)
  })

  test('warns if nobody needs a token, and kills what hangs at a later Ctrl-C', async () => {
    const { runner, out } = start({ ...(await sharedServers()), AUTH: 'open' })
    await untilUp(out)
    await waitFor(() => out.text.includes('AUTH=open: everybody may read and write everything'))
    const all = pids()
    process.kill(processes().find(({ role }) => role === 'gateway')?.pid ?? 0, 'SIGSTOP')
    // A Ctrl-C within a second of the first counts as the same one.
    await waitFor(() => !runner.kill('SIGINT') || all.every(isGone), 20, 200)
    expect(all.filter((pid) => !isGone(pid))).toEqual([])
    expect(out.text).not.toContain('did not stop within')
  })

  test('stops when npm, its parent, is killed', async () => {
    const env = { ...(await sharedServers()), npm_lifecycle_event: 'start' }
    const script = `"$0" "$@" & echo $! > '${join(dir, 'runner')}'; wait`
    const { runner: npm, out } = start(env, ['sh', '-c', script])
    await untilUp(out)
    const all = [Number(readFileSync(join(dir, 'runner'), 'utf8')), ...pids()]
    npm.kill('SIGKILL')
    await waitFor(() => all.every(isGone), 20)
    expect(out.text).toContain('causeway: stopping\n')
  })
})

const isLinux = process.platform === 'linux'
const describeOnLinux = describeUnless(
  isLinux ? undefined : 'only Linux ends a child with its parent',
)

describeOnLinux('npm start with its own servers', () => {
  test('runs no server as root, and leaves nothing behind when it is killed', async () => {
    const { runner, out } = start({})
    await untilUp(out)
    const all = processes()
    const servers = all.filter(
      ({ role }) => !['bridge', 'ingest', 'gateway', 'account'].includes(role),
    )
    expect(servers.map(({ role }) => role).sort()).toEqual([
      'mosquitto',
      'nginx',
      'postgres',
      'redis',
    ])
    expect(servers.filter(({ pid }) => uidOf(pid) === 0)).toEqual([])
    // A service that hangs takes no notice of any other signal than SIGKILL.
    process.kill(all.find(({ role }) => role === 'gateway')?.pid ?? 0, 'SIGSTOP')
    runner.kill('SIGKILL')
    await waitFor(() => all.every(({ pid }) => isGone(pid)), 20)
    // The workers of nginx would keep it.
    await waitFor(async () => (await listenError('127.0.0.1', port)) === undefined, 10)
  })
})

/** The servers of this run of the tests, so that only services and nginx are started. */
async function sharedServers(): Promise<NodeJS.ProcessEnv> {
  const { redisUrl, mqttUrl } = testServers()
  const prefix = uniquePrefix()
  return {
    DATABASE_URL: await testDatabase(),
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
    MQTT_URL: mqttUrl,
    MQTT_PREFIX: prefix,
  }
}

function start(env: NodeJS.ProcessEnv, wrapper: string[] = []) {
  const setup = [join(ROOT, 'stack/setup.mjs'), 'start', '--dir', dir, '--port', String(port)]
  const [program = '', ...args] = [
    ...wrapper,
    process.execPath,
    ...setup,
    ...ONE_OF_EACH,
    ...SECURE,
  ]
  const unset = { npm_lifecycle_event: undefined, NODE_OPTIONS: undefined }
  const runner = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...unset, ...env } })
  started.add(runner)
  const out = { text: '' }
  for (const stream of [runner.stdout, runner.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (out.text += text))
  }
  return { runner, out }
}

async function untilUp(out: { text: string }): Promise<void> {
  const line = `Causeway runs: open ${PROTOCOL}://127.0.0.1:${port} `
  await waitFor(
    () => out.text.includes(line) || /fail|could not|not ready|The logs/.test(out.text),
    60,
  )
  expect(out.text).toContain(line)
}

/** The effective user of a process. */
function uidOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1])
}

function processes(): { role: string; pid: number }[] {
  const file = join(dir, 'stack.json')
  // oxlint-disable-next-line no-unsafe-type-assertion
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).processes as []) : []
}

function pids(): number[] {
  return processes().map(({ pid }) => pid)
}

function isGone(pid: number): boolean {
  return identityOf(pid) === undefined
}
