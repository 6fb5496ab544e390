import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from './root.ts'

describe('the setup', () => {
  test.each([
    [['--help'], 'node stack/setup.mjs <command>'],
    [['start', '--help'], '--gateways N'],
    [['test', '--help'], 'npm test'],
  ])('answers %j with help', (args, text) => {
    const { status, stdout } = setup(args)
    expect(stdout).toContain(text)
    expect(status).toBe(0)
  })

  test.each([
    [['fly'], 'There is no command "fly"'],
    [['start', '--gatewys', '3'], "Unknown option '--gatewys'"],
    [['start', '--gateways', '0'], '--gateways must be 1 to 99, not "0"'],
    [['start', '--port', '70000'], '--port must be a port, 1 to 65535, not "70000"'],
    [['start', 'now'], "Unexpected argument 'now'"],
    [['generate', '--all'], '"generate" takes no options, but got: --all'],
    [['bench', 'fanuot'], 'There is no scenario "fanuot"'],
    [['bench', '--baseline=-x'], '--baseline must be a commit of git, not "-x"'],
  ])('refuses %j before it touches anything', (args, text) => {
    const { status, stderr } = setup(args)
    expect(stderr).toContain(text)
    expect(status).toBe(2)
  })
})

function setup(args: string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'stack/setup.mjs'), ...args], { encoding: 'utf8' })
}
