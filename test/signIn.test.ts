import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { ChatPage, launchChromium } from './chatPage.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

/** The shortest that account takes. */
const TOKEN_SECONDS = 30

let stack: Stack
let browser: Browser
/** The first admin, who is signed in all the time. */
let admin: ChatPage

beforeAll(async () => {
  const grants = 'user:* read,write rooms.**;user:* read lobby;guest:* read,write rooms.open'
  const account = { TOKEN_SECONDS: String(TOKEN_SECONDS), DEFAULT_GRANTS: grants }
  const env = (role: string) => (role === 'account' ? account : {})
  let link: string | undefined
  // The log of a new installation has the link by which its first admin signs in.
  const onLog = (name: string, line: string): void => {
    if (name.startsWith('account')) link ??= /http[^"]*\/#invite=[\w-]+/.exec(line)?.[0]
  }
  const starting = testStack({ auth: 'required', env, onLog })
  ;[stack, browser] = await Promise.all([starting, launchChromium()])
  await waitFor(() => link !== undefined)
  admin = await ChatPage.open(browser, String(link))
  await accept(admin.page, { displayName: 'Ada the admin', name: 'ada' })
  await admin.until('live')
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await stack?.stop()
}, 60_000)

const PASSWORD = 'tide over causeway'

async function accept(page: Page, { displayName = '', name = '' }): Promise<void> {
  await page.getByLabel('Display name').fill(displayName)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Make my account' }).click()
}

/** A call that the admin's page makes, with its cookies. */
async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  return admin.page.evaluate(
    async ([how, where, what]) => {
      const headers = { 'Content-Type': 'application/json' }
      const request = { method: how, ...(what === undefined ? {} : { headers, body: what }) }
      const answer = await fetch(where, request)
      if (!answer.ok) throw new Error(`${how} ${where}: ${answer.status} ${await answer.text()}`)
      return answer.status === 204 ? {} : Object(await answer.json())
    },
    [method, path, body && JSON.stringify(body)] as const,
  )
}

/** A person with a new account, in a browser of their own, on a channel. */
async function person(name: string, channel: string): Promise<ChatPage> {
  const { url } = await call('POST', '/account/invitations', {})
  const chat = await ChatPage.open(browser, String(url))
  await accept(chat.page, { displayName: `${name} the person`, name })
  // Only when the account is made may the page leave the invitation.
  await chat.page.locator('#account-name').waitFor()
  await chat.page.goto(`${stack.origin}/#/${channel}`)
  return chat
}

/** The open streams of all gateways. */
async function streams(): Promise<number> {
  const gateways = stack.processes.filter(({ role }) => role === 'gateway')
  const each = gateways.map(({ metricsUrl }) => readMetric(metricsUrl, 'causeway_gateway_streams'))
  return (await Promise.all(each)).reduce((sum, count) => sum + count, 0)
}

const close = (chat: ChatPage): Promise<void> => chat.page.context().close()

describe('a person who signs in', () => {
  test('posts where a grant allows it, is known by the account, and stays signed in', async () => {
    const bob = await person('bob', 'rooms.two')
    await bob.until('live')
    await bob.say('Hello Ada')
    await admin.page.goto(`${stack.origin}/#/rooms.two`)
    await admin.sees('Hello Ada')
    expect(await admin.page.locator('.message .sender').allTextContents()).toEqual([
      'bob the person bob',
    ])
    await bob.page.reload()
    await bob.until('live')
    await bob.sees('Hello Ada')
    expect(await bob.page.locator('.own .text').allTextContents()).toEqual(['Hello Ada'])
    expect([bob.complaints, bob.failedRequests]).toEqual([[], []])
    await close(bob)
  }, 60_000)

  test('is refused where there is no grant, and reads so at the message', async () => {
    const carl = await person('carl', 'lobby')
    await carl.until('live')
    await carl.page.getByLabel('Message', { exact: true }).fill('May I?')
    await carl.page.getByLabel('Message', { exact: true }).press('Enter')
    const failed = carl.page.locator('.failed')
    await failed.getByText('Not sent. You may not write in this channel.').waitFor()
    await carl.page.goto(`${stack.origin}/#/secret`)
    await carl.page.getByText('You may not read this channel.').waitFor()
    expect(await carl.page.getByLabel('Message', { exact: true }).isDisabled()).toBe(true)
    expect(carl.complaints).toEqual([])
    await close(carl)
  }, 60_000)

  test('signs in again by name and password', async () => {
    await close(await person('dora', 'lobby'))
    const dora = await ChatPage.open(browser, `${stack.origin}/#/lobby`)
    await dora.signIn('dora', 'wrong password')
    await dora.page.getByText('The name or the password is wrong.').waitFor()
    await dora.signIn('dora', PASSWORD)
    await dora.until('live')
    expect(dora.complaints).toEqual([])
    await close(dora)
  }, 60_000)
})

describe('signing out', () => {
  test('ends the streams of all tabs, and shows the sign-in in each', async () => {
    const emil = await person('emil', 'rooms.out')
    await emil.until('live')
    const before = await streams()
    const second = await emil.page.context().newPage()
    await second.goto(`${stack.origin}/#/rooms.out`)
    await second.locator('#connection[data-state=live]').waitFor()
    expect(await streams()).toBe(before + 1)
    await emil.page.getByRole('button', { name: 'Account' }).click()
    await emil.page.getByRole('button', { name: 'Sign out', exact: true }).click()
    for (const tab of [emil.page, second]) await tab.getByText('You are signed out.').waitFor()
    await waitFor(async () => (await streams()) === before - 1)
    await emil.page.reload()
    await emil.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await close(emil)
  }, 60_000)

  test('everywhere ends the streams of other browsers too', async () => {
    const here = await person('fay', 'rooms.out')
    await here.until('live')
    const there = await ChatPage.open(browser, `${stack.origin}/#/rooms.out`)
    await there.signIn('fay', PASSWORD)
    await there.until('live')
    await here.page.getByRole('button', { name: 'Account' }).click()
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await there.page.getByText('Your session has ended.').waitFor()
    expect(await there.page.locator('#messages').textContent()).toBe('')
    await close(here)
    await close(there)
  }, 60_000)
})

test('a guest comes in by a name, and is marked as a guest', async () => {
  const guest = await ChatPage.open(browser, `${stack.origin}/#/rooms.open`)
  await guest.page.getByLabel('Your name').fill('Ada the admin')
  await guest.page.getByRole('button', { name: 'Continue as a guest' }).click()
  await guest.until('live')
  await guest.say('I am not her')
  await admin.page.goto(`${stack.origin}/#/rooms.open`)
  await admin.sees('I am not her')
  expect(await admin.page.locator('.message .sender').allTextContents()).toEqual([
    'Ada the admin guest',
  ])
  await close(guest)
}, 60_000)

test('a grant that is taken away ends the stream, and the page says why', async () => {
  const target = '/grants?subject=user:gus&pattern=hidden.plans'
  await close(await person('gus', 'lobby'))
  await call('PUT', target, { actions: ['read'] })
  const gus = await ChatPage.open(browser, `${stack.origin}/#/hidden.plans`)
  await gus.signIn('gus', PASSWORD)
  await gus.until('live')
  await call('DELETE', target)
  await gus.page.getByText('You may not read this channel.').waitFor()
  expect(gus.complaints).toEqual([])
  await close(gus)
}, 60_000)

test('a token that ends is renewed: the chat goes on, and no message is missing', async () => {
  const hana = await person('hana', 'rooms.long')
  await hana.until('live')
  await admin.page.goto(`${stack.origin}/#/rooms.long`)
  await admin.until('live')
  const states = await hana.watchConnection()
  const opened: string[] = []
  hana.page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/events') opened.push(request.url())
  })
  const said: string[] = []
  const say = async (): Promise<void> => {
    said.push(`line ${said.length}.`)
    await admin.say(said.at(-1) ?? '')
  }
  // The gateway ends a stream with the token that it was opened with.
  while (opened.length === 0) {
    await say()
    await hana.page.waitForTimeout(500)
  }
  for (let more = 0; more < 5; more += 1) await say()
  await hana.sees(said.at(-1) ?? '')
  expect(await hana.texts()).toEqual(said)
  await hana.say('I have them all')
  expect(await states()).toEqual([])
  expect(hana.complaints).toEqual([])
  await close(hana)
}, 120_000)
