import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { pino } from 'pino'
import { accept, accountServer } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { everything } from './subject.ts'

const opened = disposables()
const EVERYBODY = { subject: 'user:*', pattern: '**', actions: ['read', 'write'] as const }

/** Starts account on a database; returns the links that its log shows. */
async function start(databaseUrl: string, accountKey: Buffer, firstAdmin?: string) {
  const links: string[] = []
  const logger = pino({}, { write: (line) => void links.push(...linksIn(line)) })
  const given = { accountKey, firstAdmin, logger, defaultGrants: [EVERYBODY] }
  const server = await accountServer(opened, databaseUrl, given)
  const { grants } = await server.account.grants.list({ after: 0 })
  return { ...server, links, grants }
}

const linksIn = (line: string): string[] =>
  line.match(/http:\/\/chat\.example\/#invite=[\w-]+/g) ?? []

test('a new database gets the default grants, and a link that makes an admin once', async () => {
  const { links, grants, browser } = await start(await testDatabase(), randomBytes(32))
  expect(grants).toEqual([EVERYBODY])
  expect(links).toHaveLength(1)
  const root = browser()
  expect((await accept(root, String(links[0]), 'anyname')).status).toBe(200)
  expect((await root.get('/account/keys')).status).toBe(200)
  expect((await accept(browser(), String(links[0]), 'other')).status).toBe(403)
})

test('every start shows a link until somebody is admin; then all the links are dead', async () => {
  const url = await testDatabase()
  const key = randomBytes(32)
  const [one, two] = await Promise.all([start(url, key), start(url, key)])
  const three = await start(url, key)
  const links = [one, two, three].flatMap((each) => each.links)
  expect(new Set(links).size).toBe(3)
  expect((await accept(one.browser(), String(links[1]), 'root')).status).toBe(200)
  for (const link of links) {
    expect((await accept(one.browser(), link, 'other')).status).toBe(403)
  }
  expect((await start(url, key)).links).toEqual([])
})

test('a database with grants keeps them as they are', async () => {
  const url = await testDatabase()
  const key = randomBytes(32)
  const { account } = await start(url, key)
  await account.grants.put({ subject: 'user:a', pattern: 'a', actions: ['read'] })
  await account.grants.remove('user:*', '**')
  expect((await start(url, key)).grants).toEqual([
    { subject: 'user:a', pattern: 'a', actions: ['read'] },
  ])
})

test('FIRST_ADMIN gets every right, and a link that nobody else can use', async () => {
  const url = await testDatabase()
  const key = randomBytes(32)
  const { links, grants, browser } = await start(url, key, 'user:olga')
  expect(grants).toEqual([EVERYBODY, everything('user:olga')])
  expect((await accept(browser(), String(links[0]), 'mallory')).status).toBe(403)
  const olga = browser()
  expect((await accept(olga, String(links[0]), 'Olga')).status).toBe(200)
  expect((await olga.get('/account/keys')).status).toBe(200)
  expect((await start(url, key, 'user:olga')).links).toEqual([])
})

test('a FIRST_ADMIN of an identity provider needs no link', async () => {
  const { links, grants } = await start(await testDatabase(), randomBytes(32), 'user:corp--olga')
  expect(links).toEqual([])
  expect(grants).toContainEqual(everything('user:corp--olga'))
})
