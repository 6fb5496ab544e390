import type { Browser, Page } from 'playwright-core'
import { readMetric } from '../stack/readMetric.ts'
import type { Stack } from '../stack/stack.ts'
import { ChatPage, launchChromium } from './chatPage.ts'
import type { Opened } from './support/disposables.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

export const PASSWORD = 'tide over causeway'

/** A stack that people sign in to, Chromium, and the first admin, who is signed in all the time. */
export class SignInStack {
  readonly stack: Stack
  readonly browser: Browser
  readonly admin: ChatPage

  private constructor(stack: Stack, browser: Browser, admin: ChatPage) {
    this.stack = stack
    this.browser = browser
    this.admin = admin
  }

  /** Until the end of the test file. `account`: the environment of the account process. */
  static async start(opened: Opened, account: Record<string, string>): Promise<SignInStack> {
    const env = (role: string) => (role === 'account' ? account : {})
    let link: string | undefined
    // The log of a new installation has the link by which its first admin signs in.
    const onLog = (name: string, line: string): void => {
      if (name.startsWith('account')) link ??= /http[^"]*\/#invite=[\w-]+/.exec(line)?.[0]
    }
    const [stack, browser] = await Promise.all([
      testStack({ auth: 'required', env, onLog }),
      launchChromium(),
    ])
    opened.add(() => stack.stop())
    opened.add(() => browser.close())
    await waitFor(() => link !== undefined)
    const admin = await ChatPage.open(browser, String(link))
    await accept(admin.page, { displayName: 'Ada the admin', name: 'ada' })
    await admin.until('live')
    return new SignInStack(stack, browser, admin)
  }

  /** Opens the page of a channel in a new browser profile. */
  open(channel: string): Promise<ChatPage> {
    return ChatPage.open(this.browser, this.addressOf(channel))
  }

  /** The admin opens the page of a channel. */
  async adminGoesTo(channel: string): Promise<void> {
    await this.admin.page.goto(this.addressOf(channel))
  }

  /** A call that the admin's page makes, with its cookies. */
  async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return this.admin.page.evaluate(
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
  async person(name: string, channel: string): Promise<ChatPage> {
    const { url } = await this.call('POST', '/account/invitations', {})
    const chat = await ChatPage.open(this.browser, String(url))
    await accept(chat.page, { displayName: `${name} the person`, name })
    // Only when the account is made may the page leave the invitation.
    await chat.page.locator('#account-name').waitFor()
    await chat.page.goto(this.addressOf(channel))
    return chat
  }

  /** The open streams of all gateways. */
  async streams(): Promise<number> {
    const gateways = this.stack.processes.filter(({ role }) => role === 'gateway')
    const each = gateways.map(({ metricsUrl }) =>
      readMetric(metricsUrl, 'causeway_gateway_streams'),
    )
    return (await Promise.all(each)).reduce((sum, count) => sum + count, 0)
  }

  /** Of the page of a channel. */
  addressOf(channel: string): string {
    return `${this.stack.origin}/#/${channel}`
  }
}

async function accept(page: Page, { displayName = '', name = '' }): Promise<void> {
  await page.getByLabel('Display name').fill(displayName)
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Make my account' }).click()
}
