import { beforeEach, expect, test } from '@jest/globals'
import type { Locator } from 'playwright-core'
import { PageBed } from './pageFixture.ts'
import { waitFor } from '../test/support/waitFor.ts'

const bed = new PageBed({ accounts: true })

/** Errors of the page's scripts. */
let complaints: string[]
beforeEach(() => {
  complaints = []
})

async function open(hash = ''): Promise<void> {
  await bed.openAt(hash)
  bed.page.on('pageerror', (error) => complaints.push(String(error)))
}

const live = (): Promise<void> => bed.until('live')
const title = (text: string): Promise<void> =>
  bed.page.getByRole('heading', { name: text }).waitFor()
const field = (label: string): Locator => bed.page.getByLabel(label, { exact: true })
const press = (name: string): Promise<void> =>
  bed.page.getByRole('button', { name, exact: true }).click()
const alert = (text: string): Promise<void> =>
  bed.page.getByRole('alert').filter({ hasText: text }).waitFor()

async function signIn(name = 'alice', password = 'correct horse'): Promise<void> {
  await field('Name').fill(name)
  await field('Password').fill(password)
  await press('Sign in')
}

test('A person signs in by name and password, and is remembered', async () => {
  await open('#/rooms.berlin')
  await title('Sign in')
  expect(await bed.page.title()).toBe('Sign in · Causeway')
  expect(await field('Name').evaluate((node) => node === document.activeElement)).toBe(true)
  const fields = bed.page.locator('#login-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['username', 'current-password'])
  expect(bed.log.resumed).toEqual([])
  await bed.page.keyboard.type('alice')
  await bed.page.keyboard.press('Tab')
  await bed.page.keyboard.type('correct horse')
  await bed.page.keyboard.press('Enter')
  await live()
  expect(await bed.page.locator('#account-name').textContent()).toBe('alice')
  expect(await bed.page.locator('#sign-in').innerHTML()).toBe('')
  expect(await bed.page.locator('#claimed').isVisible()).toBe(false)
  expect(bed.page.url()).toBe(`${bed.server.base}#/rooms.berlin`)
  await bed.page.reload()
  await live()
  expect(bed.account.calls.filter((call) => call !== 'GET me')).toEqual([
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
  bed.account.refuse.login = { status: 429, type: 'rate-limited' }
  await signIn()
  await alert('Too many tries. Wait a minute, then try again.')
  delete bed.account.refuse.login
  await signIn()
  await live()
  expect(bed.account.bodies).toHaveLength(2)
})

test('The page offers what account offers, and says so if that is nothing', async () => {
  bed.account.methods = { local: false, guests: false, providers: [{ id: 'corp', name: 'Corp' }] }
  await open('#/rooms.berlin')
  const link = bed.page.getByRole('link', { name: 'Continue with Corp' })
  expect(await link.getAttribute('href')).toBe(
    `${bed.server.base}account/login/corp?return=${encodeURIComponent('/#/rooms.berlin')}`,
  )
  expect(await bed.page.locator('#sign-in form').count()).toBe(0)
  bed.account.methods = { local: false, guests: false, providers: [] }
  await bed.page.reload()
  await bed.page.getByText('There is no way to sign in yet.').waitFor()
})

test('A service that does not answer is asked again by a button', async () => {
  bed.account.refuse.methods = { status: 503, type: 'unavailable' }
  await open()
  await bed.page.getByText('The service is busy right now.').waitFor()
  delete bed.account.refuse.methods
  await press('Try again')
  await field('Password').waitFor()
  expect(bed.account.calls).toEqual(['GET me', 'GET methods', 'GET methods'])
})

test('A guest comes in with a name that is cleaned, and is marked as a guest for others', async () => {
  await open()
  await field('Your name').fill('  Zo\u202eë ')
  await press('Continue as a guest')
  await live()
  expect(bed.account.bodies).toEqual([{ name: 'Zoë' }])
  await field('Message').fill('hello')
  await field('Message').press('Enter')
  await bed.page.locator('.own:not(.pending) .text', { hasText: 'hello' }).waitFor()
  expect(Object.keys(bed.log.posts[0]?.headers ?? {})).not.toContain('causeway-sender')
  bed.log.append('me too', { sender: { id: 'guest:99', name: 'Zoë' } })
  bed.log.append('and I', { sender: { id: 'user:mallory', name: 'Zoë' } })
  await bed.page.locator('.text', { hasText: 'and I' }).waitFor()
  expect(await bed.page.locator('.message:not(.own) .badge').allTextContents()).toEqual([
    'guest',
    'mallory',
  ])
  expect(await bed.page.locator('.own .text').allTextContents()).toEqual(['hello'])
})

test('An invitation makes an account, and its code leaves the address', async () => {
  bed.account.invitations.add('c0de')
  await open('#invite=c0de')
  await title('You are invited')
  const fields = bed.page.locator('#invitation-form input')
  const filled = await fields.evaluateAll((all) =>
    all.map((each) => each.getAttribute('autocomplete')),
  )
  expect(filled).toEqual(['name', 'username', 'new-password'])
  await field('Display name').fill('Bob Okafor')
  await field('Name').fill('bob')
  await field('Password').fill('staple battery')
  await press('Make my account')
  await live()
  expect(bed.account.bodies).toEqual([
    { name: 'bob', password: 'staple battery', displayName: 'Bob Okafor' },
  ])
  expect(bed.page.url()).toBe(`${bed.server.base}#/`)
  expect(await bed.page.locator('#account-name').textContent()).toBe('Bob Okafor')
})

test('An invitation says what is wrong: with the form, or with itself', async () => {
  bed.account.refuse['invitations/c0de'] = {
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
  delete bed.account.refuse['invitations/c0de']
  await press('Make my account')
  await alert('This invitation is not good any more')
  expect(bed.page.url()).toContain('#invite=c0de')
})

test('A person who is signed in may leave an invitation aside', async () => {
  await open()
  await signIn()
  await live()
  await bed.page.goto(`${bed.server.base}#invite=c0de`)
  await title('You are invited')
  await bed.page.getByRole('link', { name: 'Stay signed in as alice' }).click()
  await live()
  expect(bed.account.calls).not.toContain('POST invitations/c0de')
})

test('A provider that failed is named in plain words, and the error leaves the address', async () => {
  await open('#signin-error=denied&request=4f2')
  await bed.page.getByRole('status').filter({ hasText: 'The sign-in was cancelled' }).waitFor()
  await bed.page.getByText('request 4f2').waitFor()
  await signIn()
  await live()
  expect(bed.page.url()).toBe(`${bed.server.base}#/`)
})

test('Signing out ends the stream and clears the page, in every tab', async () => {
  bed.log.append('secret')
  await open()
  await signIn()
  await live()
  const second = await bed.page.context().newPage()
  await second.goto(bed.server.base)
  await second.locator('.text', { hasText: 'secret' }).waitFor()
  expect(bed.log.streams).toBe(2)
  await bed.page.getByRole('button', { name: 'Account alice' }).click()
  await bed.page.getByText('user:alice').waitFor()
  await press('Sign out')
  for (const tab of [bed.page, second]) {
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
    await tab.getByText('You are signed out.').waitFor()
    expect(await tab.locator('#messages').innerHTML()).toBe('')
    expect(await tab.getByRole('button', { name: 'Account' }).count()).toBe(0)
  }
  await waitFor(() => bed.log.streams === 0, 5)
  expect(bed.account.calls).toContain('POST logout')
})

test('Signing out everywhere is another call, and a failed one says so', async () => {
  await open()
  await signIn()
  await live()
  bed.account.refuse['logout-everywhere'] = { status: 503, type: 'unavailable' }
  await bed.page.getByRole('button', { name: 'Account alice' }).click()
  await press('Sign out everywhere')
  await alert('You are not signed out. The service is busy right now.')
  delete bed.account.refuse['logout-everywhere']
  await press('Sign out everywhere')
  await title('Sign in')
  expect(bed.account.calls.slice(-2)).toEqual(['POST logout-everywhere', 'GET methods'])
})

test('A tab follows another tab that signs in', async () => {
  await open()
  await title('Sign in')
  const second = await bed.page.context().newPage()
  await second.goto(bed.server.base)
  await second.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn()
  await live()
  await second.locator('#connection[data-state=live]').waitFor()
  expect(bed.account.bodies).toHaveLength(1)
})
