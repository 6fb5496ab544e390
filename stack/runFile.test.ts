import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { identityOf } from './identity.ts'
import { AlreadyRunning, RunFile } from './runFile.ts'

let dir: string
let process_: ChildProcess

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-run-'))
  process_ = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true })
  await once(process_, 'spawn')
})
afterEach(async () => {
  process_.kill('SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

const DEAD_RUNNER = { name: 'runner', pid: 2 ** 22 + 1, identity: 'long gone' }

test('what a run that was killed has left is ended before the next begins', async () => {
  const pid = process_.pid ?? 0
  write({
    runner: DEAD_RUNNER,
    children: [{ name: 'gateway-1', pid, identity: identityOf(pid) }],
  })
  const exit = once(process_, 'exit')
  const run = await RunFile.take(dir)
  await exit
  run.release()
  expect(existsSync(join(dir, 'run.json'))).toBe(false)
})

test('a process that has got the pid of an old child is left alone', async () => {
  const pid = process_.pid ?? 0
  const children = [{ name: 'gateway-1', pid, identity: 'another start' }]
  write({ runner: DEAD_RUNNER, children })
  await RunFile.take(dir)
  expect(identityOf(pid)).toBeDefined()
})

test('a folder whose runner lives is refused', async () => {
  const pid = process_.pid ?? 0
  write({ runner: { name: 'runner', pid, identity: identityOf(pid) }, children: [] })
  await expect(RunFile.take(dir)).rejects.toThrow(AlreadyRunning)
})

test.each(['', '{', '[]', '{"runner":{"name":"runner","pid":1,"identity":"x"},"children":[]}'])(
  'a run file that says %j stands in no one’s way',
  async (text) => {
    writeFileSync(join(dir, 'run.json'), text)
    await expect(RunFile.take(dir)).resolves.toBeInstanceOf(RunFile)
  },
)

function write(run: unknown): void {
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run))
}
