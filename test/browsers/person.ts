import { comesTrue } from '../support/waitFor.ts'
import type { Tab } from './engine.ts'

const BOX = `document.querySelector('textarea[aria-label="Message"]')`

/** Somebody who uses the chat in a tab, by what it shows. */
export class Person {
  readonly tab: Tab

  constructor(tab: Tab) {
    this.tab = tab
  }

  async open(origin: string, channel: string): Promise<void> {
    await this.tab.goto(`${origin}/#/${channel}`)
    await this.until('live')
  }

  /** Waits until an expression is true in the page. */
  async sees(expression: string, seconds = 30): Promise<void> {
    const isTrue = () => this.tab.evaluate<boolean>(`Boolean(${expression})`).catch(() => false)
    if (await comesTrue(isTrue, seconds, 100)) return
    const shown = await this.tab.evaluate<string>('document.body.innerText.slice(-1500)')
    throw new Error(`It did not become true: ${expression}. The page shows:\n${shown}`)
  }

  /** Waits for a state of the connection, which a screen reader hears in words. */
  until(state: 'live' | 'reconnecting' | 'offline'): Promise<void> {
    return this.sees(`document.querySelector('#connection')?.dataset.state === '${state}'`)
  }

  seesText(text: string): Promise<void> {
    return this.sees(`(${TEXTS}).some((each) => each.includes(${JSON.stringify(text)}))`)
  }

  /** Shifts the page's wall clock. */
  async shift(ms: number): Promise<void> {
    await this.tab.evaluate(`(() => {
      const now = Date.now
      Date.now = () => now() + ${ms}
    })()`)
  }

  /** The texts of the messages, from top to bottom. */
  texts(): Promise<string[]> {
    return this.tab.evaluate(TEXTS)
  }

  draft(): Promise<string> {
    return this.tab.evaluate(`${BOX}.value`)
  }

  async type(text: string): Promise<void> {
    await this.tab.evaluate(`${BOX}.focus()`)
    await this.tab.type(text)
  }

  /** Writes a message and presses Enter; it may be on its way for long. */
  async write(text: string): Promise<void> {
    await this.type(text)
    await this.tab.press('Enter')
    await this.sees(`${BOX}.value === ''`)
  }

  /** The same, and it is sent. */
  async say(text: string): Promise<void> {
    await this.write(text)
    await this.seesSent(text)
  }

  /** Waits until an own message with this text is stored. */
  seesSent(text: string): Promise<void> {
    return this.sees(
      `[...document.querySelectorAll('.own:not(.pending):not(.failed) .text')].some((each) => each.textContent.includes(${JSON.stringify(text)}))`,
    )
  }
}

const TEXTS = `[...document.querySelectorAll('.message .text')].map((each) => each.textContent)`
