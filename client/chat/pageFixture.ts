import { existsSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../../test/chatPage.ts'
import { FakeAccount } from './account/accountFixture.ts'
import { FakeLog, refuseWith } from '../sdk/logFixture.ts'
import { type FixtureServer, serve } from '../sdk/serverFixture.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript',
}

/** The edge's, so that a test sees what it forbids. */
const [CSP] = /default-src 'none';[^"]*/.exec(
  readFileSync(new URL('../../charts/causeway/files/nginx.conf.template', import.meta.url), 'utf8'),
) ?? ['']

/** Serves the page as it was built, with the calls of the chat answered by a log. Without an account, anyone may call. */
function servePage(log: FakeLog, account?: FakeAccount): Promise<FixtureServer> {
  return serve((request, response, url) => {
    const path = url.pathname === '/' ? '/index.html' : url.pathname
    if (/^\/(index\.html|icon\.svg|assets\/[\w-]+\.\w+)$/.test(path)) sendFile(response, path)
    else if (account === undefined) log.answer(request, response, url)
    else if (path.startsWith('/account/')) account.answer(request, response, url)
    else {
      const sender = account.senderOf(request)
      if (sender === undefined) refuseWith(response, { status: 401, type: 'unauthenticated' })
      else log.answer(request, response, url, sender)
    }
  })
}

function sendFile(response: ServerResponse, path: string): void {
  const file = new URL(`../../dist/page${path}`, import.meta.url)
  if (!existsSync(file)) return void response.writeHead(404).end()
  const type = TYPES[extname(path)] ?? 'text/plain'
  response
    .writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': CSP })
    .end(readFileSync(file))
}

/** The page in a real browser: one browser for a test file, and for each test a new log, a new server and a new profile. */
export class ChatFixture {
  #browser: Browser | undefined
  #server: FixtureServer | undefined
  #page: Page | undefined
  log = new FakeLog()
  account = new FakeAccount()

  /** `accounts`: only who is signed in may call. */
  constructor({ accounts = false } = {}) {
    beforeAll(async () => {
      this.#browser = await launchChromium()
    }, 60_000)
    afterAll(() => this.#browser?.close())
    beforeEach(async () => {
      this.log = new FakeLog()
      this.account = new FakeAccount()
      this.#server = await servePage(this.log, accounts ? this.account : undefined)
    })
    afterEach(async () => {
      await this.#page?.context().close()
      await this.#server?.stop()
    })
  }

  get server(): FixtureServer {
    if (this.#server === undefined) throw new Error('there is no server outside of a test')
    return this.#server
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('the test has not opened the page')
    return this.#page
  }

  /** Opens a channel. */
  open(channel = 'lobby'): Promise<void> {
    return this.openAt(`#/${channel}`)
  }

  /** Opens the address with this hash. What does not happen within fifteen seconds fails by its name: before the test does, at thirty. */
  async openAt(hash: string): Promise<void> {
    const context = await this.#browser?.newContext({
      locale: 'en-GB',
      timezoneId: 'UTC',
      viewport: { width: 900, height: 600 },
    })
    context?.setDefaultTimeout(15_000)
    this.#page = await context?.newPage()
    // A busy machine takes longer.
    await this.page.goto(`${this.server.base}${hash}`, { timeout: 20_000 })
  }

  /** Waits until the page shows this state of its connection. */
  async until(state: 'live' | 'reconnecting' | 'offline' | 'refused'): Promise<void> {
    await this.page.locator(`#connection[data-state=${state}]`).waitFor()
  }
}
