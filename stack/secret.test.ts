import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { copyKeys } from '../chassis/configFields.ts'
import { addressesFor, passwordIn, secret } from './secret.ts'

let dir: string
let file: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-key-'))
  file = join(dir, 'copy-key')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('a secret is made once and kept', () => {
  const key = secret(file)
  expect(secret(file)).toBe(key)
  expect(readFileSync(file, 'utf8')).toBe(key)
  expect(readdirSync(dir)).toEqual(['copy-key'])
})

test('the services accept a secret as the key of the copies', () => {
  const key = secret(file)
  expect(copyKeys().parse(key)).toEqual([key])
})

test('each secret is another one', () => {
  expect(secret(join(dir, 'other'))).not.toBe(secret(file))
})

test('only its owner can read a secret', () => {
  secret(file)
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
})

test('the next start ignores half a secret that a killed start has left', () => {
  writeFileSync(`${file}.new`, 'half', { mode: 0o600 })
  expect(copyKeys().safeParse(secret(file)).success).toBe(true)
  expect(existsSync(`${file}.new`)).toBe(false)
})

test('each user has an address and a password of its own, and the same ones at the next start', () => {
  const admin = `redis://admin:${secret(file)}@127.0.0.1:1/x?y=z`
  const users = { A_URL: 'alice', B_URL: 'bob' }
  const addresses = addressesFor(admin, users)
  expect(addresses).toEqual(addressesFor(admin, users))
  const passwords = [admin, addresses['A_URL'], addresses['B_URL']].map(passwordIn)
  expect(new Set(passwords).size).toBe(3)
  expect(addresses['A_URL']).toBe(`redis://alice:${passwords[1]}@127.0.0.1:1/x?y=z`)
})
