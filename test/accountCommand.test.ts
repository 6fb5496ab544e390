import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { firstAdminLink } from '../stack/firstAdminLink.ts'
import type { Stack } from '../stack/stack.ts'
import { accept } from './support/accountServer.ts'
import { runProgram } from './support/runProgram.ts'
import { TestBrowser } from './support/testBrowser.ts'
import { testStack } from './support/testStack.ts'

let stack: Stack

beforeAll(async () => {
  stack = await testStack({ auth: 'required', bridges: 1, gateways: 1, ingests: 1 })
  await accept(browser(), await firstAdminLink(stack), 'root')
}, 120_000)
afterAll(() => stack?.stop(), 60_000)

const browser = (): TestBrowser => new TestBrowser(stack.origin)
const bearer = (token: unknown) => ({ Authorization: `Bearer ${String(token)}` })

test('the command gives and takes what the administration does', async () => {
  const account = async (...args: string[]) => {
    const { code, output } = await runProgram('node', ['dist/account/command.js', ...args], {
      STACK_DIR: stack.dir,
      DATABASE_URL: '',
      PUBLIC_ORIGIN: '',
    })
    return [code, output.trim()] as const
  }
  const [code, link] = await account('invite', '--name', 'Erin', '--groups', 'staff')
  expect(code).toBe(0)
  const erin = browser()
  expect((await accept(erin, link, 'erin')).status).toBe(200)
  expect((await erin.get('/account/me')).body['groups']).toEqual(['staff'])
  expect(await account('grant', 'group:staff', 'admin', '**')).toEqual([0, 'granted'])
  expect((await erin.get('/account/keys')).status).toBe(200)
  expect(await account('ungrant', 'group:staff', '**')).toEqual([0, 'taken away'])
  expect((await erin.get('/account/keys')).status).toBe(403)
  const [, key] = await account('key', 'device:pump-7')
  expect((await browser().post('/account/token', undefined, bearer(key))).status).toBe(200)
  expect(await account('delete-key', key.slice(3, 19))).toEqual([0, 'deleted'])
  expect((await browser().post('/account/token', undefined, bearer(key))).status).toBe(401)
  expect(await account('ban', 'user:erin')).toEqual([0, 'done'])
  expect((await erin.get('/account/me')).status).toBe(401)
  expect(await account('unban', 'user:erin')).toEqual([0, 'done'])
  expect(await account('admin-link', '--if-none')).toEqual([0, ''])
  expect((await account('admin-link'))[1]).toMatch(/#invite=[\w-]{43}$/)
  expect((await account('--help'))[1]).toContain('npm run account -- COMMAND')
  for (const wrong of [
    ['fly'],
    ['ban', 'erin'],
    ['grant', 'user:erin', 'fly', '**'],
    ['ungrant', 'user:nobody', '**'],
    ['invite', '--name', 'a--b'],
    ['key', 'user:erin'],
    ['delete-key', 'x'],
    ['ban', 'user:erin', '--force'],
    ['ban', 'user:erin', 'a', 'b', 'c'],
  ]) {
    expect((await account(...wrong))[0]).toBe(64)
  }
  const dead = { STACK_DIR: stack.dir, DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }
  const away = await runProgram('node', ['dist/account/command.js', 'ban', 'user:x'], dead)
  expect(away.code).toBe(1)
}, 120_000)
