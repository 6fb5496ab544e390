import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'
import { launchChromium } from '../chatPage.ts'
import type { Engine, Tab } from './engine.ts'

export async function openChromium(): Promise<Engine> {
  const browser = await launchChromium()
  return {
    name: 'chromium',
    profile: async () => {
      const viewport = { width: 1_100, height: 720 }
      const context = await browser.newContext({ viewport, locale: 'en-GB', timezoneId: 'UTC' })
      return { tab: () => tabIn(context), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

async function tabIn(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage()
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    reload: async () => void (await page.reload()),
    back: async () => void (await page.goBack()),
    forward: async () => void (await page.goForward()),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => page.close(),
    crash: async () => {
      const crashed = new Promise((resolve) => page.once('crash', resolve))
      // It never answers: the page that would is gone.
      void page.goto('chrome://crash').catch(() => {})
      await Promise.race([crashed, sleep(10_000)])
      await page.close()
    },
  }
}
