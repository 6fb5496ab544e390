import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { openSupervisor } from '../test/support/ownServer.ts'
import { STAY, childSpec, logged, never } from '../test/support/testChild.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { ChildSpec } from './child.ts'
import { identityOf } from './identity.ts'
import type { Supervisor } from './supervisor.ts'

const opened = disposables()
let dir: string
let supervisor: Supervisor
let lines: string[]

beforeEach(async () => {
  lines = []
  const print = (line: string) => void lines.push(line)
  ;({ dir, supervisor } = await openSupervisor(opened, 'child', { print }))
})
afterEach(async () => {
  jest.useRealTimers()
  jest.restoreAllMocks()
  await supervisor.stop()
})

describe('a child that was ready and dies', () => {
  test('is started again, as another process', async () => {
    const child = await supervisor.start(childSpec(STAY))
    const before = child.pid
    child.kill('SIGKILL')
    await waitFor(() => child.pid !== null && child.pid !== before, 10)
    expect(lines[0]).toBe('gateway-1 died (SIGKILL); starting it again in 250 ms')
    await waitFor(() => lines.length > 1, 10)
    expect(lines[1]).toBe('gateway-1 is back')
  })

  test('is started again ever later, but after at most 10 seconds', async () => {
    fakeBackoff()
    const child = await supervisor.start(childSpec(STAY))
    const waits = []
    for (let death = 0; death < 8; death++) waits.push(await backoffOf(child))
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  test('is started again soon if it had lived for 15 seconds', async () => {
    fakeBackoff()
    const child = await supervisor.start(childSpec(STAY))
    expect([await backoffOf(child), await backoffOf(child)]).toEqual([250, 500])
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 15_001)
    expect(await backoffOf(child)).toBe(250)
  })

  test('is not started again if it is stopped during its backoff', async () => {
    fakeBackoff()
    const child = await supervisor.start(childSpec(STAY))
    child.kill('SIGKILL')
    await waitFor(() => lines.length === 1, 10)
    expect(jest.getTimerCount()).toBe(1)
    await child.stop()
    expect(jest.getTimerCount()).toBe(0)
    expect(child.pid).toBeNull()
  })
})

describe('a child that starts', () => {
  test('is ready although we were too busy to see it in time', async () => {
    let looks = 0
    const probe = async () => {
      if (++looks > 1) return
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
      await never()
    }
    const child = await supervisor.start(childSpec(STAY, { probe, readyWithin: 1_000 }))
    expect([child.pid, looks]).toEqual([expect.any(Number), 2])
  })

  test('fails with the end of its log if it ends before it is ready', async () => {
    const start = supervisor.start(
      childSpec('console.log("no disk"); process.exit(3)', { probe: never }),
    )
    await expect(start).rejects.toThrow(
      'gateway-1 ended before it was ready (exit code 3).\nno disk',
    )
  })

  test('fails and is gone if it does not get ready in time', async () => {
    const start = supervisor.start(childSpec(STAY, { probe: never, readyWithin: 200 }))
    await expect(start).rejects.toThrow('gateway-1 was not ready within 200 ms')
    expect(supervisor.children[0]?.pid).toBeNull()
  })

  test('fails with the reason if there is no such program', async () => {
    const missing = { command: '/nowhere/nothing', args: [] }
    const start = supervisor.start({ ...childSpec(STAY, { probe: never }), command: missing })
    await expect(start).rejects.toThrow(/^gateway-1 ended before it was ready .*\/nothing|ENOENT/s)
  })

  test('fails and is gone if it is stopped meanwhile', async () => {
    const [start] = await Promise.allSettled([
      supervisor.start(childSpec(STAY, { probe: never })),
      supervisor.children[0]?.stop(),
    ])
    expect(String(Object(start).reason)).toContain('ended before it was ready (SIGTERM)')
    expect(supervisor.children[0]?.pid).toBeNull()
  })

  test('is refused once its supervisor stops', async () => {
    await supervisor.stop()
    await expect(supervisor.start(childSpec(STAY))).rejects.toThrow(
      'gateway-1 is not started: stopping',
    )
  })
})

describe('a child that is stopped', () => {
  test('stays down until it is started', async () => {
    fakeBackoff()
    const child = await supervisor.start(childSpec(STAY))
    await child.stop('SIGKILL')
    expect([child.pid, jest.getTimerCount(), lines]).toEqual([null, 0, []])
    await child.start()
    expect(child.pid).not.toBeNull()
  })

  test('is killed when its time is over, if it ignores its signal', async () => {
    const child = await supervisor.start(deaf({ stopWithin: 200 }))
    await child.stop()
    expect(lines).toEqual(['gateway-1 did not stop within 200 ms: killed'])
  })

  test('is killed at once by a forced stop, if it ignores its signal', async () => {
    const child = await supervisor.start(deaf({ stopWithin: 600_000 }))
    const stopped = supervisor.stop()
    supervisor.forceStop()
    await waitFor(() => child.pid === null, 10)
    await stopped
    expect(lines).toEqual([])
  })

  test('takes with it what it has started itself', async () => {
    const file = join(dir, 'grandchild')
    const parent = `
      const { pid } = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STAY)}])
      require('fs').writeFileSync(${JSON.stringify(file)}, String(pid)); ${STAY}`
    const child = await supervisor.start(
      childSpec(parent, { probe: async () => (existsSync(file) ? undefined : never()) }),
    )
    const grandchild = Number(await readFile(file, 'utf8'))
    await child.stop('SIGKILL')
    await waitFor(() => identityOf(grandchild) === undefined, 10)
    expect(child.pid).toBeNull()
  })
})

/** A child that ignores SIGTERM. */
function deaf(more: Partial<ChildSpec>): ChildSpec {
  const script = `process.on('SIGTERM', () => {}); ${STAY}; console.log('deaf')`
  return childSpec(script, { probe: () => logged(dir, 'gateway-1', 'deaf'), ...more })
}

/** From now on a backoff ends when the test says so. */
function fakeBackoff(): void {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setInterval',
    ],
  })
}

/** Kills a child, lets its backoff pass, and returns how long that was. */
async function backoffOf(child: { pid: number | null; kill: (signal: 'SIGKILL') => void }) {
  lines.length = 0
  child.kill('SIGKILL')
  const death = () => lines.find((line) => line.includes(' died '))
  await waitFor(() => death() !== undefined, 10)
  const wait = Number(/again in (\d+) ms/.exec(death() ?? '')?.[1])
  jest.advanceTimersByTime(wait - 1)
  expect(child.pid).toBeNull()
  jest.advanceTimersByTime(1)
  expect(child.pid).not.toBeNull()
  return wait
}
