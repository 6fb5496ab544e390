import type { Browser } from 'playwright-core'
import type { Stack } from '../stack/stack.ts'
import { launchChromium } from './chatPage.ts'
import type { Opened } from './support/disposables.ts'
import { testStack } from './support/testStack.ts'

/** A stack, and Chromium for its pages. At the end Chromium goes first: the stack would wait for its streams. */
export async function openSite(
  opened: Opened,
  options?: Parameters<typeof testStack>[0],
): Promise<[Stack, Browser]> {
  const [stack, browser] = await Promise.all([testStack(options), launchChromium()])
  opened.add(() => stack.stop())
  opened.add(() => browser.close())
  return [stack, browser]
}
