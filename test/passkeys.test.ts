import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Locator } from 'playwright-core'
import { firstAdminLink } from '../stack/firstAdminLink.ts'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { ChatPage, launchChromium } from './chatPage.ts'
import { disposables } from './support/disposables.ts'
import { testStack } from './support/testStack.ts'
import { openSql } from './support/testLog.ts'
import { waitFor } from './support/waitFor.ts'

const OLD_PASSWORD = 'tide over causeway'
const NEW_PASSWORD = 'ebb under causeway'

const opened = disposables()
let stack: Stack
let browser: Browser
/** Ada, on a device with an authenticator. */
let ada: ChatPage
let setVerified: (isVerified: boolean) => Promise<unknown>

beforeAll(async () => {
  // Browsers take passkeys for names only, and this is the one that needs no TLS.
  const starting = testStack({ auth: 'required', host: 'localhost', bridges: 1 })
  ;[stack, browser] = await Promise.all([starting, launchChromium()])
  ada = await ChatPage.open(browser, await firstAdminLink(stack))
  setVerified = await addAuthenticator(ada)
  await ada.page.getByLabel('Display name').fill('Ada Okafor')
  await ada.page.getByLabel('Name', { exact: true }).fill('ada')
  await ada.page.getByLabel('Password').fill(OLD_PASSWORD)
  await press('Make my account')
  await ada.until('live')
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await stack?.stop()
}, 60_000)

/** Gives the page a device that keeps passkeys, and knows its owner. Returns what decides whether it does. */
async function addAuthenticator(chat: ChatPage) {
  const session = await chat.page.context().newCDPSession(chat.page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  })
  return (isUserVerified: boolean) =>
    session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })
}

const press = (name: string, chat = ada): Promise<void> =>
  chat.page.getByRole('button', { name, exact: true }).click()
const dialog = (chat = ada): Locator => chat.page.getByRole('dialog', { name: 'Your account' })
const rows = (list: string, chat = ada): Locator =>
  dialog(chat).getByRole('list', { name: list }).getByRole('listitem')
const says = (text: string, chat = ada): Promise<void> =>
  dialog(chat).getByText(text, { exact: false }).waitFor()

async function openSettings(chat = ada): Promise<void> {
  await chat.page.getByRole('button', { name: 'Account' }).click()
  await press('Settings', chat)
  await rows('Sessions', chat).first().waitFor()
}

async function signOut(): Promise<void> {
  await ada.page.getByRole('button', { name: 'Account' }).click()
  await press('Sign out')
  await ada.page.getByText('You are signed out.').waitFor()
}

async function streams(): Promise<number> {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  const each = gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams'))
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0)
}

describe('a person with a device for passkeys', () => {
  test('adds a passkey, signs out, and signs in with it alone', async () => {
    await openSettings()
    await press('Add a passkey')
    await says('The passkey is added.')
    expect(await rows('Passkeys').locator('strong').allTextContents()).toEqual(['Chrome on Linux'])
    expect(await rows('Passkeys').textContent()).toContain('Not used yet.')
    await press('Close')
    await signOut()
    await press('Sign in with a passkey')
    await ada.until('live')
    expect(await ada.page.locator('#account-name').textContent()).toBe('Ada Okafor')
    await ada.say('No password at all')
    await openSettings()
    await dialog().getByText('Last used: Today').first().waitFor()
    expect(await rows('Passkeys').textContent()).not.toContain('Not used yet.')
    await press('Close')
  }, 60_000)

  test('is not signed in by a device that does not know its owner, and reads why', async () => {
    await signOut()
    await setVerified(false)
    await press('Sign in with a passkey')
    await ada.page.getByText('No passkey was used').waitFor()
    expect(await ada.page.locator('#account-name').count()).toBe(0)
    await setVerified(true)
    await press('Sign in with a passkey')
    await ada.until('live')
  }, 60_000)

  test('long after the sign-in shows by the passkey that it is still them, and the stream goes on', async () => {
    await openSettings()
    const sql = openSql(stack.databaseUrl, opened)
    await sql(`update "session" set "created_at" = "created_at" - interval '1 hour'`)
    await press('Add a passkey')
    await says('Is it you?')
    await press('Sign in with a passkey')
    // What was wanted is done then; the device itself refuses a second one.
    await says('This device has a passkey of yours already.')
    await press('Close')
    await ada.say('Still here')
    expect(ada.complaints).toEqual([])
  }, 60_000)
})

describe('a person with two browsers', () => {
  test('changes the password, which ends the other session, and the new one signs in there', async () => {
    const other = await ChatPage.open(browser, `${stack.origin}/`)
    await other.signIn('ada', OLD_PASSWORD)
    await other.until('live')
    await openSettings()
    expect(await rows('Sessions').count()).toBe(2)
    await ada.page.getByLabel('Old password').fill('not this one')
    await ada.page.getByLabel('New password').fill(NEW_PASSWORD)
    await press('Change the password')
    await says('The old password is wrong.')
    await ada.page.getByLabel('Old password').fill(OLD_PASSWORD)
    await press('Change the password')
    await says('Your password is changed.')
    expect(await rows('Sessions').count()).toBe(1)
    await press('Close')
    await other.page.getByText('Your session has ended.').waitFor()
    await other.signIn('ada', OLD_PASSWORD)
    await other.page.getByText('The name or the password is wrong.').waitFor()
    await other.signIn('ada', NEW_PASSWORD)
    await other.until('live')
    await other.page.context().close()
  }, 60_000)

  test('ends the session of the other browser, whose stream ends', async () => {
    const other = await ChatPage.open(browser, `${stack.origin}/`)
    await other.signIn('ada', NEW_PASSWORD)
    await other.until('live')
    await waitFor(async () => (await streams()) === 2)
    await openSettings()
    const ends = dialog().getByRole('button', { name: 'End Chrome on Linux' })
    const before = await ends.count()
    await ends.first().click()
    await says('The session has ended.')
    expect(await ends.count()).toBe(before - 1)
    await other.page.getByText('Your session has ended.').waitFor()
    expect(await other.page.locator('#messages').count()).toBe(0)
    await waitFor(async () => (await streams()) === 1)
    await press('Close')
    await ada.say('And mine goes on')
    await other.page.context().close()
  }, 60_000)

  test('removes the passkey, which signs in no more', async () => {
    await openSettings()
    await press('Remove Chrome on Linux')
    await says('The passkey is removed.')
    expect(await rows('Passkeys').count()).toBe(0)
    await press('Close')
    await signOut()
    await press('Sign in with a passkey')
    await ada.page.getByText('This passkey is not known here, or it took too long.').waitFor()
    expect(ada.complaints).toEqual([])
  }, 60_000)
})

test('At an address without a name the page offers no passkeys', async () => {
  const plain = await testStack({ auth: 'required', ingests: 1, gateways: 1, bridges: 1 })
  try {
    const chat = await ChatPage.open(browser, `${plain.origin}/`)
    await chat.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    expect(await chat.page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0)
    await chat.page.context().close()
  } finally {
    await plain.stop()
  }
}, 60_000)
