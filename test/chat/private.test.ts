import { beforeAll, expect, test } from '@jest/globals'
import type { ChatPage } from '../chatPage.ts'
import { SignInStack } from '../signInStack.ts'
import { disposables } from '../support/disposables.ts'

const opened = disposables()
let site: SignInStack
let bob: ChatPage

beforeAll(async () => {
  site = await SignInStack.start(opened, { DEFAULT_GRANTS: 'user:* read,write rooms.**' })
  await site.adminGoesTo('rooms.two')
  bob = await site.person('bob', 'rooms.two')
  await bob.until('live')
}, 180_000)

const dialog = ({ page }: ChatPage) => page.getByRole('dialog', { name: 'New channel or message' })
const link = ({ page }: ChatPage, title: string) =>
  page.locator('#channels a', { hasText: title }).first()

/** Opens the dialog, and chooses the kind and a person. */
async function begin({ page }: ChatPage, kind: string, person: string): Promise<void> {
  await page.getByRole('button', { name: 'New channel or message' }).click()
  await page.getByRole('radio', { name: kind }).check()
  await page.getByLabel('Find people').fill(person)
  await page.getByRole('list', { name: 'Found people' }).getByRole('button').first().click()
}

test('A direct message is called by the other person, and reaches them with its count', async () => {
  await begin(bob, 'Direct message', 'ada')
  await dialog(bob).getByRole('button', { name: 'Write to them' }).click()
  await bob.page.getByRole('heading', { level: 1, name: 'Ada the admin' }).waitFor()
  await bob.until('live')
  await bob.say('Only for you')
  await link(site.admin, 'bob the person').getByText('1 unread').waitFor({ timeout: 60_000 })
  await link(site.admin, 'bob the person').click()
  await site.admin.sees('Only for you')
  expect(await site.admin.page.locator('#messages .line.unread').count()).toBe(1)
}, 120_000)

test('A private channel is made with its members, who see it, its title and each other', async () => {
  await begin(site.admin, 'Private channel', 'bob')
  await dialog(site.admin).getByLabel('Title').fill('Board')
  await dialog(site.admin).getByRole('button', { name: 'Create the channel' }).click()
  await site.admin.page.getByRole('heading', { level: 1, name: 'Board' }).waitFor()
  await site.admin.until('live')
  await site.admin.say('Welcome')
  await link(bob, 'Board').click({ timeout: 90_000 })
  await bob.sees('Welcome')
  await bob.page.getByRole('button', { name: /^People/ }).click()
  const members = bob.page.getByRole('list', { name: 'Members' })
  await members.getByText('Ada the admin').waitFor()
  expect(await members.getByRole('listitem').count()).toBe(2)
  await bob.page.getByRole('button', { name: 'More about this channel' }).click()
  await bob.page.getByRole('button', { name: 'Leave this channel' }).click()
  await link(bob, 'Board').waitFor({ state: 'detached' })
  expect([bob.complaints, site.admin.complaints]).toEqual([[], []])
}, 150_000)
