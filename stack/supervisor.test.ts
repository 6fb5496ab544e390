import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { openSupervisor } from '../test/support/ownServer.ts'
import { STAY, childSpec, logged } from '../test/support/testChild.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { Role } from './child.ts'
import { identityOf } from './identity.ts'

const opened = disposables()

test('stopping ends every child and leaves no run file', async () => {
  const { dir, supervisor } = await openSupervisor(opened, 'stop')
  const children = await Promise.all([
    supervisor.start(childSpec(STAY)),
    supervisor.start(childSpec(STAY, { role: 'nginx', name: 'nginx' })),
  ])
  const pids = children.map(({ pid }) => pid ?? 0)
  await supervisor.stop()
  expect(pids.map(identityOf)).toEqual([undefined, undefined])
  expect(existsSync(join(dir, 'run.pids'))).toBe(false)
})

test('stopping ends nginx, gateways, accounts, bridges and servers in this order, each when the one before is gone', async () => {
  const { dir, supervisor } = await openSupervisor(opened, 'order')
  const file = join(dir, 'order')
  const roles: Role[] = ['redis', 'bridge', 'nginx', 'account', 'gateway']
  for (const role of roles) {
    // It takes its time, so that one that does not wait is seen.
    const script = `
      const note = (what) => require('fs').appendFileSync(${JSON.stringify(file)}, what + ' ${role}\\n')
      process.on('SIGTERM', () => { note('stop'); setTimeout(() => { note('end'); process.exit() }, 50) })
      ${STAY}; console.log('ready')`
    await supervisor.start(
      childSpec(script, { role, name: role, probe: () => logged(dir, role, 'ready') }),
    )
  }
  await supervisor.stop()
  expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual(
    ['nginx', 'gateway', 'account', 'bridge', 'redis'].flatMap((role) => [
      `stop ${role}`,
      `end ${role}`,
    ]),
  )
})

test('what a child writes comes by line, and stays in its log over its restarts', async () => {
  const seen: string[] = []
  const onLog = (name: string, line: string) => void seen.push(`${name} ${line}`)
  const { dir, supervisor } = await openSupervisor(opened, 'log', { onLog })
  const child = await supervisor.start(childSpec(`console.log('one\\ntwo'); ${STAY}`))
  await waitFor(() => seen.length === 2, 10)
  child.kill('SIGKILL')
  await waitFor(() => seen.length === 4, 10)
  expect(seen).toEqual(['gateway-1 one', 'gateway-1 two', 'gateway-1 one', 'gateway-1 two'])
  expect(readFileSync(join(dir, 'logs/gateway-1.log'), 'utf8')).toBe('one\ntwo\none\ntwo\n')
})
