import { launch, type BrowserContext } from 'puppeteer-core'
import type { Engine, Tab } from './engine.ts'
import { signalPages } from './signalPages.ts'

export const FIREFOX = 'firefox-esr'

const PAGES = /-contentproc.* tab$/

/** Debian's Firefox, driven by WebDriver BiDi. */
export async function openFirefox(): Promise<Engine> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: `/usr/bin/${FIREFOX}`,
    headless: true,
    // Firefox keeps an image of each page for the way back and needs all of its processes; tests have one after the other.
    extraPrefsFirefox: {
      'intl.accept_languages': 'en-GB',
      'browser.shell.checkDefaultBrowser': false,
    },
  })
  const { pid } = browser.process() ?? {}
  return {
    name: 'firefox',
    profile: async () => {
      const context = await browser.createBrowserContext()
      return { tab: () => tabIn(context, pid), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

async function tabIn(context: BrowserContext, pid: number | undefined): Promise<Tab> {
  const page = await context.newPage()
  await page.setViewport({ width: 1_100, height: 720 })
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: async <T>(expression: string): Promise<T> => {
      const value: unknown = await page.evaluate(expression)
      // The test says what its expression is worth.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return value as T
    },
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    reload: async () => void (await page.reload()),
    back: async () => void (await page.goBack()),
    forward: async () => void (await page.goForward()),
    screenshot: async (path) => void (await page.screenshot({ path: pngPath(path) })),
    close: () => page.close(),
    hide: async (isHidden) => {
      const front = isHidden ? await context.newPage() : page
      await front.bringToFront()
    },
    sleep: async (isAsleep) => signalPages(pid, PAGES, isAsleep ? 'SIGSTOP' : 'SIGCONT'),
    crash: async () => {
      signalPages(pid, PAGES, 'SIGKILL')
      await page.close().catch(() => {})
    },
  }
}

function pngPath(path: string): `${string}.png` {
  return `${path.replace(/\.png$/, '')}.png`
}
