import { beforeEach, expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { ChatFixture } from './pageFixture.ts'

const chat = new ChatFixture({ accounts: true })

/** Errors of the page's scripts. */
let complaints: string[]
beforeEach(() => {
  complaints = []
})

async function open(hash = ''): Promise<void> {
  await chat.openAt(hash)
  chat.page.on('pageerror', (error) => complaints.push(String(error)))
}

const live = (): Promise<void> => chat.until('live')
const title = (text: string): Promise<void> =>
  chat.page.getByRole('heading', { name: text }).waitFor()
const field = (label: string): Locator => chat.page.getByLabel(label, { exact: true })
const press = (name: string): Promise<void> =>
  chat.page.getByRole('button', { name, exact: true }).click()
const alert = (text: string): Promise<void> =>
  chat.page.getByRole('alert').filter({ hasText: text }).waitFor()

async function signIn(name = 'alice', password = 'correct horse'): Promise<void> {
  await field('Name').fill(name)
  await field('Password').fill(password)
  await press('Sign in')
}

test('A person signs in by name and password, and is remembered', async () => {
  await open('#/rooms.berlin')
  await title('Sign in')
  expect(await chat.page.title()).toBe('Sign in · Causeway')
  expect(await field('Name').evaluate((node) => node === document.activeElement)).toBe(true)
  const fields = chat.page.locator('#login-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['username', 'current-password'])
  expect(chat.log.resumed).toEqual([])
  await chat.page.keyboard.type('alice')
  await chat.page.keyboard.press('Tab')
  await chat.page.keyboard.type('correct horse')
  await chat.page.keyboard.press('Enter')
  await live()
  expect(await chat.page.locator('#account-name').textContent()).toBe('alice')
  expect(await chat.page.locator('#sign-in').count()).toBe(0)
  expect(await chat.page.locator('#claimed').isVisible()).toBe(false)
  expect(chat.page.url()).toBe(`${chat.server.base}#/rooms.berlin`)
  await chat.page.reload()
  await live()
  const others = ['GET me', 'GET channels']
  expect(chat.account.calls.filter((call) => !others.includes(call))).toEqual([
    'GET methods',
    'POST login',
  ])
  expect(complaints).toEqual([])
})

test('A wrong password is refused in plain words, and the next try may be right', async () => {
  await open()
  await signIn('alice', 'wrong')
  await alert('The name or the password is wrong.')
  expect(await field('Password').evaluate((node) => node === document.activeElement)).toBe(true)
  chat.account.refuse.login = { status: 429, type: 'rate-limited' }
  await signIn()
  await alert('Too many tries. Wait a minute, then try again.')
  delete chat.account.refuse.login
  await signIn()
  await live()
  expect(chat.account.bodies).toHaveLength(2)
})

test('The page offers what account offers, and says so if that is nothing', async () => {
  chat.account.methods = {
    local: false,
    passkeys: false,
    guests: false,
    providers: [{ id: 'corp', name: 'Corp' }],
  }
  await open('#/rooms.berlin')
  const link = chat.page.getByRole('link', { name: 'Continue with Corp' })
  expect(await link.getAttribute('href')).toBe(
    `${chat.server.base}account/login/corp?return=${encodeURIComponent('/#/rooms.berlin')}`,
  )
  expect(await chat.page.locator('#sign-in form').count()).toBe(0)
  chat.account.methods = { local: false, passkeys: false, guests: false, providers: [] }
  await chat.page.reload()
  await chat.page.getByText('There is no way to sign in yet.').waitFor()
})

test('A service that does not answer is asked again by a button', async () => {
  chat.account.refuse.methods = { status: 503, type: 'unavailable' }
  await open()
  await chat.page.getByText('The service is busy right now.').waitFor()
  delete chat.account.refuse.methods
  await press('Try again')
  await field('Password').waitFor()
  expect(chat.account.calls).toEqual(['GET me', 'GET methods', 'GET methods'])
})

test('A guest comes in with a name that is cleaned, and is marked as a guest for others', async () => {
  await open()
  await field('Your name').fill('  Zo\u202eë ')
  await press('Continue as a guest')
  await live()
  expect(chat.account.bodies).toEqual([{ name: 'Zoë' }])
  await field('Message').fill('hello')
  await field('Message').press('Enter')
  await chat.page.locator('.own:not(.pending) .text', { hasText: 'hello' }).waitFor()
  expect(Object.keys(chat.log.posts[0]?.headers ?? {})).not.toContain('causeway-sender')
  chat.log.append('me too', { sender: { id: 'guest:99', name: 'Zoë' } })
  chat.log.append('and I', { sender: { id: 'user:mallory', name: 'Zoë' } })
  await chat.page.locator('.text', { hasText: 'and I' }).waitFor()
  expect(await chat.page.locator('.message:not(.own) .badge').allTextContents()).toEqual([
    'guest',
    'mallory',
  ])
  expect(await chat.page.locator('.own .text').allTextContents()).toEqual(['hello'])
})

test('An invitation makes an account, and its code leaves the address', async () => {
  chat.account.invitations.add('c0de')
  await open('#invite=c0de')
  await title('You are invited')
  const fields = chat.page.locator('#invitation-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['name', 'username', 'new-password'])
  await field('Display name').fill('Bob Okafor')
  await field('Name').fill('bob')
  await field('Password').fill('staple battery')
  await press('Make my account')
  await live()
  expect(chat.account.bodies).toEqual([
    { code: 'c0de', name: 'bob', password: 'staple battery', displayName: 'Bob Okafor' },
  ])
  expect(chat.page.url()).toBe(`${chat.server.base}#/`)
  expect(await chat.page.locator('#account-name').textContent()).toBe('Bob Okafor')
})

test('An invitation says what is wrong: with the form, or with itself', async () => {
  chat.account.refuse['invitations/accept'] = {
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
  delete chat.account.refuse['invitations/accept']
  await press('Make my account')
  await alert('This invitation is not good any more')
  expect(chat.page.url()).toContain('#invite=c0de')
})

test('A person who is signed in may leave an invitation aside', async () => {
  await open()
  await signIn()
  await live()
  await chat.page.goto(`${chat.server.base}#invite=c0de`)
  await title('You are invited')
  await chat.page.getByRole('link', { name: 'Stay signed in as alice' }).click()
  await live()
  expect(chat.account.calls).not.toContain('POST invitations/accept')
})

test('A provider that failed is named in plain words, and the error leaves the address', async () => {
  await open('#signin-error=denied&request=4f2')
  await alert('The sign-in was cancelled')
  await chat.page.getByText('request 4f2').waitFor()
  await signIn()
  await live()
  expect(chat.page.url()).toBe(`${chat.server.base}#/`)
})
