import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeUnless } from '../test/support/describeUnless.ts'
import { commandAs, dyingWithParent, ownFolder } from './account.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-account-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const isRoot = process.getuid?.() === 0
const describeAsRoot = describeUnless(isRoot ? undefined : 'only root can change its user')
const isLinux = process.platform === 'linux'
const describeOnLinux = describeUnless(
  isLinux ? undefined : 'only Linux ends a child with its parent',
)

describeAsRoot('a folder that root makes for a server', () => {
  test('belongs to nobody, with all that is in it', () => {
    const folder = join(dir, 'server')
    const account = ownFolder(folder)
    expect(account?.uid).toBeGreaterThan(0)
    writeFileSync(join(folder, 'file'), '')
    expect(ownFolder(folder)).toEqual(account)
    expect(statSync(join(folder, 'file'))).toMatchObject({ ...account })
  })

  test('gives away nothing that a link in it points to', () => {
    const folder = join(dir, 'server')
    ownFolder(folder)
    writeFileSync(join(dir, 'secret'), '')
    symlinkSync(join(dir, 'secret'), join(folder, 'link'))
    symlinkSync(dir, join(folder, 'folder'))
    ownFolder(folder)
    expect([statSync(dir).uid, statSync(join(dir, 'secret')).uid]).toEqual([0, 0])
  })
})

test('the command of a server is unchanged for an ordinary user', () => {
  expect(commandAs(undefined, 'redis', ['-x'], { files: [process.execPath] })).toEqual({
    command: 'redis',
    args: ['-x'],
  })
})

describeAsRoot('the command of a server that root starts', () => {
  const nobody = { uid: 65534, gid: 65534 }

  test('keeps no power of root if none is needed', () => {
    expect(commandAs(nobody, 'redis', [], { files: ['/'], port: 8080 })).toEqual({
      command: 'redis',
      args: [],
      ...nobody,
    })
  })

  test('keeps only the power that it needs, for files below /root and for low ports', () => {
    writeFileSync(join(dir, 'config'), '', { mode: 0o600 })
    expect(capabilities({ files: [join(dir, 'config')] })).toEqual(['--ambient-caps=+dac_override'])
    expect(capabilities({ files: ['/'], port: 80 })).toEqual(['--ambient-caps=+net_bind_service'])
  })
})

describeOnLinux('the command of a child', () => {
  test('lets the kernel end it when its parent dies', () => {
    const nginx = { command: 'nginx', args: ['-q'], uid: 1 }
    expect(dyingWithParent(nginx, 'SIGTERM')).toEqual({
      command: 'setpriv',
      args: ['--pdeathsig=TERM', '--', 'nginx', '-q'],
      uid: 1,
    })
  })
})

function capabilities(needs: { files: string[]; port?: number }): string[] {
  const nobody = { uid: 65534, gid: 65534 }
  return commandAs(nobody, 'nginx', [], needs).args.filter((arg) => arg.startsWith('--ambient'))
}
