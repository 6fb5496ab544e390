import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type { Stack } from '../stack/stack.ts'
import { ChatPage, launchChromium } from './chatPage.ts'
import { disposables } from './support/disposables.ts'
import { RawReader } from './support/rawReader.ts'
import { signInThere } from './support/signInThere.ts'
import { TestBrowser } from './support/testBrowser.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

const opened = disposables()
let stack: Stack
let origin: string
let chromium: Browser

beforeAll(async () => {
  const grants = { DEFAULT_GRANTS: 'group:staff read,write rooms.**' }
  const env = (role: string) => (role === 'account' ? grants : {})
  ;[stack, chromium] = await Promise.all([
    testStack({ auth: 'required', oidc: true, bridges: 1, env }),
    launchChromium(),
  ])
  ;({ origin } = stack)
}, 120_000)

afterAll(async () => {
  await chromium?.close()
  await stack?.stop()
}, 60_000)

async function signIn(login: string): Promise<TestBrowser> {
  const browser = new TestBrowser(origin)
  const callback = await signInThere(browser, `${origin}/account/login/dev`, login)
  const { location } = await browser.visit(callback)
  expect(location).toBe(`${origin}/`)
  return browser
}

/** A stream at each gateway, with the browser's cookies. */
async function listenEverywhere(browser: TestBrowser): Promise<RawReader[]> {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  const readers = gateways.map(({ url }) => {
    const reader = new RawReader(`${url}/events?channel=rooms.team`, {
      Cookie: browser.cookies.header(),
    })
    opened.add(() => reader.socket.destroy())
    return reader
  })
  await waitFor(() => readers.every(({ events }) => events[0]?.event === 'ready'))
  return readers
}

/** Goes to the provider's own sign-out, and presses its button. Returns where that leads. */
async function signOutThere(browser: TestBrowser): Promise<string | undefined> {
  const { location = '' } = await browser.visit(`${origin}/account/logout/dev`)
  const page = await browser.visit(location)
  const [, action = ''] = /action="([^"]+)"/.exec(page.text) ?? []
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? []
  return (await browser.visit(action, { xsrf, logout: 'yes' })).location
}

describe('a person of the provider', () => {
  test('a person has the rights of the groups that the provider tells, and no others', async () => {
    const [alice, bob] = [await signIn('alice'), await signIn('bob')]
    const me = await alice.visit(`${origin}/account/me`)
    expect(JSON.parse(me.text)).toMatchObject({
      principal: 'user:dev--alice',
      name: 'Alice Example',
      groups: ['staff'],
    })
    const statuses = await Promise.all(
      [alice, bob].map(async (browser) => {
        const answer = await browser.visit(`${origin}/history?channel=rooms.team`)
        return answer.status
      }),
    )
    expect(statuses).toEqual([200, 403])
  })

  test('a sign-out at the provider ends the open streams at both gateways, and those of nobody else', async () => {
    const [one, other] = [await signIn('alice'), await signIn('alice')]
    const [ended, stays] = [await listenEverywhere(one), await listenEverywhere(other)]
    expect(ended).toHaveLength(2)
    expect(await signOutThere(one)).toBe(`${origin}/`)
    await waitFor(() => ended.every((reader) => reader.ended !== undefined))
    for (const reader of ended) {
      expect(reader.named('goodbye').map(({ data }) => JSON.parse(data).reason)).toEqual([
        'revoked',
      ])
    }
    expect((await one.visit(`${origin}/account/me`)).status).toBe(401)
    expect((await other.visit(`${origin}/account/me`)).status).toBe(200)
    expect(stays.map((reader) => reader.ended)).toEqual([undefined, undefined])
  })
})

describe('in Chromium', () => {
  test('a person signs in on the page of the provider, and comes back signed in', async () => {
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${origin}/account/login/dev?return=/account/me`)
    const provider = stack.processes.find(({ role }) => role === 'identity-provider')
    expect(new URL(page.url()).origin).toBe(provider?.url)
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel('Password').fill('alice')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${origin}/account/me`)
    expect(JSON.parse((await page.textContent('body')) ?? '')).toMatchObject({
      principal: 'user:dev--alice',
    })
    // Neither of the secrets is for the scripts of a page.
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.context().close()
  })

  test('a person signs in and out by the buttons of the chat, there as well as here', async () => {
    const chat = await ChatPage.open(chromium, `${origin}/#/rooms.team`)
    const { page } = chat
    const useButton = async () => {
      await page.getByRole('link', { name: 'Continue with' }).click()
      await page.getByLabel('Name').fill('alice')
      await page.getByLabel('Password').fill('alice')
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await useButton()
    await page.waitForURL(`${origin}/#/rooms.team`)
    await chat.until('live')
    await chat.say('Hello from the provider')
    expect(await page.locator('#account-name').textContent()).toBe('Alice Example')
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Settings' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your account' })
    const button = dialog.getByRole('button', { name: 'Sign out here and at' })
    await button.waitFor()
    expect(await dialog.getByRole('heading').allTextContents()).toEqual([
      'Your account',
      'Where you are signed in',
    ])
    await button.click()
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.waitForURL(`${origin}/`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    // The provider has forgotten her too: it asks for the password again.
    await useButton()
    await page.locator('#account-name', { hasText: 'Alice Example' }).waitFor()
    expect(chat.complaints).toEqual([])
    await page.context().close()
  }, 60_000)

  test('a person who cancels comes back to the page, which gets the reason', async () => {
    const page = await (await chromium.newContext()).newPage()
    await page.goto(`${origin}/account/login/dev`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(/#signin-error=denied&request=[\w-]+$/)
    expect(new URL(page.url()).origin).toBe(origin)
    await page.context().close()
  })
})
