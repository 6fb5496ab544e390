import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { busyTime, processorTimeOf, processorTimeWithEnded } from './process.ts'

const WORK = 'for (const end = process.cpuUsage().user + 3e5; process.cpuUsage().user < end; ) ;'
/** What the child uses at least, less a tick of the kernel's clock at either end. */
const SECONDS = 0.28

function times(): number[] {
  return [processorTimeWithEnded(process.pid), processorTimeOf(process.pid), busyTime()]
}

test('The work of a child that has ended is in the time of its parent with those, and in the machine’s', () => {
  const before = times()
  execFileSync(process.execPath, ['-e', WORK])
  const [all = 0, alone = 0, busy = 0] = times().map((time, at) => time - (before[at] ?? 0))
  expect(all - alone).toBeGreaterThanOrEqual(SECONDS)
  expect(busy).toBeGreaterThanOrEqual(SECONDS)
})
