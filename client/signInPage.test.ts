import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Locator, Page } from 'playwright-core'
import { FakeAccount } from './accountFixture.ts'
import { FakeLog } from './logFixture.ts'
import { openPage, servePage } from './pageFixture.ts'
import type { FixtureServer } from './serverFixture.ts'
import { launchChromium } from '../test/chatPage.ts'
import { waitFor } from '../test/support/waitFor.ts'

let browser: Browser
let log: FakeLog
let account: FakeAccount
let server: FixtureServer
let page: Page
let complaints: string[]

beforeAll(async () => {
  browser = await launchChromium()
}, 60_000)
afterAll(() => browser?.close())

beforeEach(async () => {
  log = new FakeLog()
  account = new FakeAccount()
  server = await servePage(log, account)
  complaints = []
})
afterEach(async () => {
  await page.context().close()
  await server.stop()
})

async function open(hash = ''): Promise<void> {
  page = await openPage(browser, `${server.base}${hash}`)
  page.on('pageerror', (error) => complaints.push(String(error)))
}

const live = (): Promise<void> => page.locator('#connection[data-state=live]').waitFor()
const title = (text: string): Promise<void> => page.getByRole('heading', { name: text }).waitFor()
const field = (label: string): Locator => page.getByLabel(label, { exact: true })
const press = (name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()
const alert = (text: string): Promise<void> =>
  page.getByRole('alert').filter({ hasText: text }).waitFor()

async function signIn(name = 'alice', password = 'correct horse'): Promise<void> {
  await field('Name').fill(name)
  await field('Password').fill(password)
  await press('Sign in')
}

test('A person signs in by name and password, and is remembered', async () => {
  await open('#/rooms.berlin')
  await title('Sign in')
  expect(await page.title()).toBe('Sign in · Causeway')
  expect(await field('Name').evaluate((node) => node === document.activeElement)).toBe(true)
  const fields = page.locator('#login-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['username', 'current-password'])
  expect(log.resumed).toEqual([])
  await page.keyboard.type('alice')
  await page.keyboard.press('Tab')
  await page.keyboard.type('correct horse')
  await page.keyboard.press('Enter')
  await live()
  expect(await page.locator('#account-name').textContent()).toBe('alice')
  expect(await page.locator('#sign-in').innerHTML()).toBe('')
  expect(await page.locator('#claimed').isVisible()).toBe(false)
  expect(page.url()).toBe(`${server.base}#/rooms.berlin`)
  await page.reload()
  await live()
  expect(account.calls.filter((call) => call !== 'GET me')).toEqual(['GET methods', 'POST login'])
  expect(complaints).toEqual([])
})

test('A wrong password is refused in plain words, and the next try may be right', async () => {
  await open()
  await signIn('alice', 'wrong')
  await alert('The name or the password is wrong.')
  expect(await field('Password').evaluate((node) => node === document.activeElement)).toBe(true)
  account.refuse.login = { status: 429, type: 'rate-limited' }
  await signIn()
  await alert('Too many tries. Wait a minute, then try again.')
  delete account.refuse.login
  await signIn()
  await live()
  expect(account.bodies).toHaveLength(2)
})

test('The page offers what account offers, and says so if that is nothing', async () => {
  account.methods = { local: false, guests: false, providers: [{ id: 'corp', name: 'Corp' }] }
  await open('#/rooms.berlin')
  const link = page.getByRole('link', { name: 'Continue with Corp' })
  expect(await link.getAttribute('href')).toBe(
    `${server.base}account/login/corp?return=${encodeURIComponent('/#/rooms.berlin')}`,
  )
  expect(await page.locator('#sign-in form').count()).toBe(0)
  account.methods = { local: false, guests: false, providers: [] }
  await page.reload()
  await page.getByText('There is no way to sign in yet.').waitFor()
})

test('A service that does not answer is asked again by a button', async () => {
  account.refuse.methods = { status: 503, type: 'unavailable' }
  await open()
  await page.getByText('The service is busy right now.').waitFor()
  delete account.refuse.methods
  await press('Try again')
  await field('Password').waitFor()
  expect(account.calls).toEqual(['GET me', 'GET methods', 'GET methods'])
})

test('A guest comes in with a name that is cleaned, and is marked as a guest for others', async () => {
  await open()
  await field('Your name').fill('  Zo\u202eë ')
  await press('Continue as a guest')
  await live()
  expect(account.bodies).toEqual([{ name: 'Zoë' }])
  await field('Message').fill('hello')
  await field('Message').press('Enter')
  await page.locator('.own:not(.pending) .text', { hasText: 'hello' }).waitFor()
  expect(Object.keys(log.posts[0]?.headers ?? {})).not.toContain('causeway-sender')
  log.append('me too', { sender: { id: 'guest:99', name: 'Zoë' } })
  log.append('and I', { sender: { id: 'user:mallory', name: 'Zoë' } })
  await page.locator('.text', { hasText: 'and I' }).waitFor()
  expect(await page.locator('.message:not(.own) .badge').allTextContents()).toEqual([
    'guest',
    'mallory',
  ])
  expect(await page.locator('.own .text').allTextContents()).toEqual(['hello'])
})

test('An invitation makes an account, and its code leaves the address', async () => {
  account.invitations.add('c0de')
  await open('#invite=c0de')
  await title('You are invited')
  const fields = page.locator('#invitation-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['name', 'username', 'new-password'])
  await field('Display name').fill('Bob Okafor')
  await field('Name').fill('bob')
  await field('Password').fill('staple battery')
  await press('Make my account')
  await live()
  expect(account.bodies).toEqual([
    { name: 'bob', password: 'staple battery', displayName: 'Bob Okafor' },
  ])
  expect(page.url()).toBe(`${server.base}#/`)
  expect(await page.locator('#account-name').textContent()).toBe('Bob Okafor')
})

test('An invitation says what is wrong: with the form, or with itself', async () => {
  account.refuse['invitations/c0de'] = {
    status: 422,
    type: 'validation-failed',
    errors: [{ pointer: '#/password', detail: 'must be 8 to 256 characters' }],
  }
  await open('#invite=c0de')
  await field('Display name').fill('Bob')
  await field('Name').fill('bob')
  await field('Password').fill('short')
  await press('Make my account')
  await alert('Password must be 8 to 256 characters.')
  delete account.refuse['invitations/c0de']
  await press('Make my account')
  await alert('This invitation is not good any more')
  expect(page.url()).toContain('#invite=c0de')
})

test('A person who is signed in may leave an invitation aside', async () => {
  await open()
  await signIn()
  await live()
  await page.goto(`${server.base}#invite=c0de`)
  await title('You are invited')
  await page.getByRole('link', { name: 'Stay signed in as alice' }).click()
  await live()
  expect(account.calls).not.toContain('POST invitations/c0de')
})

test('A provider that failed is named in plain words, and the error leaves the address', async () => {
  await open('#signin-error=denied&request=4f2')
  await page.getByRole('status').filter({ hasText: 'The sign-in was cancelled' }).waitFor()
  await page.getByText('request 4f2').waitFor()
  await signIn()
  await live()
  expect(page.url()).toBe(`${server.base}#/`)
})

test('Signing out ends the stream and clears the page, in every tab', async () => {
  log.append('secret')
  await open()
  await signIn()
  await live()
  const second = await page.context().newPage()
  await second.goto(server.base)
  await second.locator('.text', { hasText: 'secret' }).waitFor()
  expect(log.streams).toBe(2)
  await page.getByRole('button', { name: 'Account alice' }).click()
  await page.getByText('user:alice').waitFor()
  await press('Sign out')
  for (const tab of [page, second]) {
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
    await tab.getByText('You are signed out.').waitFor()
    expect(await tab.locator('#messages').innerHTML()).toBe('')
    expect(await tab.getByRole('button', { name: 'Account' }).count()).toBe(0)
  }
  await waitFor(() => log.streams === 0, 5)
  expect(account.calls).toContain('POST logout')
})

test('Signing out everywhere is another call, and a failed one says so', async () => {
  await open()
  await signIn()
  await live()
  account.refuse['logout-everywhere'] = { status: 503, type: 'unavailable' }
  await page.getByRole('button', { name: 'Account alice' }).click()
  await press('Sign out everywhere')
  await alert('You are not signed out. The service is busy right now.')
  delete account.refuse['logout-everywhere']
  await press('Sign out everywhere')
  await title('Sign in')
  expect(account.calls.slice(-2)).toEqual(['POST logout-everywhere', 'GET methods'])
})

test('A tab follows another tab that signs in', async () => {
  await open()
  await title('Sign in')
  const second = await page.context().newPage()
  await second.goto(server.base)
  await second.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn()
  await live()
  await second.locator('#connection[data-state=live]').waitFor()
  expect(account.bodies).toHaveLength(1)
})
