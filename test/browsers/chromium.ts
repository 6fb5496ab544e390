import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../chatPage.ts'
import { type Engine, HIDE, type Tab } from './engine.ts'
import { signalPages } from './signalPages.ts'

export async function openChromium(): Promise<Engine> {
  const browser = await launchChromium({ keepsPages: true })
  const pid = await pidOf(browser)
  return {
    name: 'chromium',
    profile: async () => {
      const viewport = { width: 1_100, height: 720 }
      const context = await browser.newContext({ viewport, locale: 'en-GB', timezoneId: 'UTC' })
      return { tab: () => tabIn(context, pid), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

/** Playwright's own waits for a load, which a page that was kept does not have. */
async function travel(page: Page, way: 'back' | 'forward'): Promise<void> {
  const arrived = page.waitForEvent('framenavigated')
  // The page leaves only after its answer: with the page the answer is lost, and the call fails.
  await page.evaluate(`void setTimeout(() => history.${way}())`)
  await arrived
}

async function pidOf(browser: Browser): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  return processInfo.find(({ type }) => type === 'browser')?.id
}

async function tabIn(context: BrowserContext, pid: number | undefined): Promise<Tab> {
  const page = await context.newPage()
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    reload: async () => void (await page.reload()),
    back: () => travel(page, 'back'),
    forward: () => travel(page, 'forward'),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => page.close(),
    hide: (isHidden) => page.evaluate(HIDE(isHidden)),
    sleep: async (isAsleep) =>
      signalPages(pid, /--type=renderer/, isAsleep ? 'SIGSTOP' : 'SIGCONT'),
    crash: async () => {
      const crashed = new Promise((resolve) => page.once('crash', resolve))
      // It never answers: the page that would is gone.
      void page.goto('chrome://crash').catch(() => {})
      await Promise.race([crashed, sleep(10_000)])
      await page.close()
    },
  }
}
