import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { identityOf } from './identity.ts'
import { takeRunFile } from './runFile.ts'

let dir: string
let process_: ChildProcess
let pid: number

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-run-'))
  process_ = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true })
  await once(process_, 'spawn')
  pid = process_.pid ?? 0
})
afterEach(async () => {
  process_.kill('SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

const DEAD_RUNNER = `${2 ** 22 + 1} long-gone`

test('a start ends first what a killed run has left', async () => {
  write(DEAD_RUNNER, `${pid} ${identityOf(pid)}`)
  const exit = once(process_, 'exit')
  const run = await takeRunFile(dir)
  expect(identityOf(pid)).toBeUndefined()
  await exit
  run.release()
  expect(existsSync(join(dir, 'run.pids'))).toBe(false)
})

test('a start leaves a process alone that has got the pid of an old child', async () => {
  write(DEAD_RUNNER, `${pid} another-start`)
  await takeRunFile(dir)
  expect(identityOf(pid)).toBeDefined()
})

test('a folder whose runner lives is refused', async () => {
  write(`${pid} ${identityOf(pid)}`)
  await expect(takeRunFile(dir)).rejects.toThrow(
    `Causeway already runs from ${dir}, as process ${pid}.`,
  )
})

test('a run file lists the runner, and then the children', async () => {
  const run = await takeRunFile(dir)
  run.add(pid)
  expect(readFileSync(join(dir, 'run.pids'), 'utf8')).toBe(
    `${process.pid} ${identityOf(process.pid)}\n${pid} ${identityOf(pid)}\n`,
  )
})

test.each(['', '{', '12', `1 x\n${DEAD_RUNNER}`, `0 undefined\n${DEAD_RUNNER}\n1 x\n0 undefined`])(
  'a run file with %j hinders no start',
  async (text) => {
    write(text)
    await expect(takeRunFile(dir)).resolves.toBeDefined()
  },
)

function write(...lines: string[]): void {
  writeFileSync(join(dir, 'run.pids'), `${lines.join('\n')}\n`)
}
