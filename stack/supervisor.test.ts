import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ChildSpec } from './child.ts'
import { identityOf } from './identity.ts'
import { Supervisor } from './supervisor.ts'

let dir: string
let supervisor: Supervisor
let said: string[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-supervisor-'))
  said = []
  supervisor = await Supervisor.open({ dir, say: (line) => said.push(line) })
})
afterEach(async () => {
  await supervisor.stop()
  await rm(dir, { recursive: true, force: true })
})

describe('a child', () => {
  test('that dies is started again, as another process', async () => {
    const child = await supervisor.start(spec(STAY))
    const before = child.pid
    child.kill('SIGKILL')
    await until(() => child.pid !== null && child.pid !== before)
    expect(said[0]).toBe('gateway-1 died (SIGKILL); starting it again in 250 ms')
  })

  test('that keeps dying is started again ever later', async () => {
    const child = await supervisor.start(spec(STAY))
    for (const wait of [250, 500, 1000]) {
      await until(() => child.pid !== null)
      child.kill('SIGKILL')
      await until(() => said.some((line) => line.endsWith(`again in ${wait} ms`)))
    }
    expect(said.filter((line) => line.includes('died'))).toHaveLength(3)
  })

  test('that ends before it is ready fails the start with the end of its log', async () => {
    const start = supervisor.start(
      spec('console.log("no disk"); process.exit(3)', { probe: never }),
    )
    await expect(start).rejects.toThrow('gateway-1 ended before it was ready.\nno disk')
  })

  test('that never gets ready fails the start and is gone', async () => {
    const start = supervisor.start(spec(STAY, { probe: never, readyWithin: 200 }))
    await expect(start).rejects.toThrow('gateway-1 was not ready within 200 ms')
    expect(supervisor.children[0]?.pid).toBeNull()
  })

  test('whose program does not exist fails the start', async () => {
    const missing = { command: '/nowhere/nothing', args: [] }
    const start = supervisor.start({ ...spec(STAY, { probe: never }), command: missing })
    await expect(start).rejects.toThrow('gateway-1 ended before it was ready')
    expect(said[0]).toContain('ENOENT')
  })

  test('that was stopped stays down until it is started', async () => {
    const child = await supervisor.start(spec(STAY))
    await child.stop('SIGKILL')
    await sleep(400)
    expect(child.pid).toBeNull()
    await child.start()
    expect(child.pid).not.toBeNull()
  })

  test('that ignores its signal is killed when its time is over', async () => {
    const deaf = `process.on('SIGTERM', () => {}); ${STAY}; console.log('deaf')`
    const log = join(dir, 'logs/gateway-1.log')
    const heard = async () => (readFileSync(log, 'utf8').includes('deaf') ? undefined : never())
    const child = await supervisor.start(spec(deaf, { probe: heard, stopWithin: 200 }))
    await child.stop()
    expect(said).toEqual(['gateway-1 did not stop within 200 ms: killed'])
  })

  test('takes with it what it has started itself', async () => {
    const file = join(dir, 'grandchild')
    const parent = `
      const { pid } = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STAY)}])
      require('fs').writeFileSync(${JSON.stringify(file)}, String(pid)); ${STAY}`
    const child = await supervisor.start(
      spec(parent, { probe: async () => (existsSync(file) ? undefined : never()) }),
    )
    const grandchild = Number(await readFile(file, 'utf8'))
    await child.stop('SIGKILL')
    await until(() => identityOf(grandchild) === undefined)
    expect(child.pid).toBeNull()
  })
})

test('stopping ends every child and leaves no run file', async () => {
  const children = await Promise.all([
    supervisor.start(spec(STAY)),
    supervisor.start(spec(STAY, { role: 'nginx', name: 'nginx' })),
  ])
  const pids = children.map(({ pid }) => pid ?? 0)
  await supervisor.stop()
  expect(pids.map(identityOf)).toEqual([undefined, undefined])
  expect(existsSync(join(dir, 'run.json'))).toBe(false)
})

test('what a child writes comes by line, and stays in its log', async () => {
  await supervisor.stop()
  const lines: string[] = []
  supervisor = await Supervisor.open({ dir, onLog: (name, line) => lines.push(`${name} ${line}`) })
  await supervisor.start(spec(`console.log('one\\ntwo'); ${STAY}`))
  await until(() => lines.length === 2)
  expect(lines).toEqual(['gateway-1 one', 'gateway-1 two'])
})

const STAY = 'setInterval(() => {}, 1000)'

async function never(): Promise<void> {
  throw new Error('not ready')
}

function spec(script: string, more: Partial<ChildSpec> = {}): ChildSpec {
  return {
    role: 'gateway',
    name: 'gateway-1',
    command: { command: process.execPath, args: ['-e', script] },
    env: {},
    cwd: '/',
    probe: async () => {},
    readyWithin: 10_000,
    stopSignal: 'SIGTERM',
    stopWithin: 5_000,
    ...more,
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(20)
}
