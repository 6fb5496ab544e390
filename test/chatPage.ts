import { type Browser, type Page, chromium } from 'playwright-core'

/** Without these Chromium contacts its maker's hosts; and as root it cannot use its sandbox. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** `keepsPages`: like people's, it keeps pages for the way back, which Playwright does not expect. */
export function launchChromium({ keepsPages = false } = {}): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : []
  return chromium.launch({ executablePath, args: ARGS, ignoreDefaultArgs })
}

interface Visitor {
  origin: string
  channel: string
  name: string
}

/** The chat as its user sees it, each in its own browser profile. */
export class ChatPage {
  readonly page: Page
  /** Errors and warnings of the browser's console, without those of the network. */
  readonly complaints: string[] = []
  /** Failed requests, which the browser reports to the console. */
  readonly failedRequests: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (line) => {
      if (line.type() !== 'error' && line.type() !== 'warning') return
      const isNetwork = line.text().startsWith('Failed to load resource')
      const { pathname } = new URL(line.location().url || 'about:blank')
      // The page asks who is signed in; the answer to somebody new is a 401, and without accounts a 404.
      if (pathname === '/account/me') return
      if (isNetwork) this.failedRequests.push(pathname)
      else this.complaints.push(line.text())
    })
  }

  /** Opens an address, in a browser profile of its own. */
  static async open(browser: Browser, address: string): Promise<ChatPage> {
    const viewport = { width: 1_100, height: 720 }
    const context = await browser.newContext({ viewport, locale: 'en-GB' })
    const chat = new ChatPage(await context.newPage())
    await chat.page.goto(address)
    return chat
  }

  /** Enters a channel of a stack that knows no accounts. */
  static async enter(browser: Browser, visitor: Visitor): Promise<ChatPage> {
    const chat = await ChatPage.open(browser, `${visitor.origin}/#/${visitor.channel}`)
    await chat.until('live')
    await chat.page.getByLabel('You are').fill(visitor.name)
    await chat.page.getByLabel('You are').press('Enter')
    return chat
  }

  async until(state: 'live' | 'reconnecting'): Promise<void> {
    await this.page.locator(`#connection[data-state=${state}]`).waitFor()
  }

  /** Fills in the form for name and password. */
  async signIn(name: string, password: string): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  /** Begins to note each change of the connection's shown state; the function returns those so far. */
  async watchConnection(): Promise<() => Promise<string[]>> {
    await this.page.evaluate(`{
      const connection = document.querySelector('#connection')
      connection.seen = []
      new MutationObserver(() => connection.seen.push(connection.dataset.state))
        .observe(connection, { attributeFilter: ['data-state'] })
    }`)
    return () => this.page.evaluate<string[]>(`document.querySelector('#connection').seen`)
  }

  /** Writes a text and presses Enter; resolves when the page shows it as sent. */
  async say(text: string): Promise<void> {
    const own = this.page.locator('.own:not(.pending):not(.failed)', { hasText: text })
    await this.page.getByLabel('Message', { exact: true }).fill(text)
    await this.page.getByLabel('Message', { exact: true }).press('Enter')
    await own.last().waitFor()
  }

  /** Resolves when a message with this text is on the page. */
  async sees(text: string): Promise<void> {
    await this.page.locator('.text', { hasText: text }).first().waitFor()
  }

  /** The messages of the page, from top to bottom. */
  texts(): Promise<string[]> {
    return this.page.locator('.message .text').allTextContents()
  }

  names(): Promise<string[]> {
    return this.page.locator('.message .name').allTextContents()
  }
}
