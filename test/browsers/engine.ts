/** A key that a test presses. */
export type Key = 'Enter' | 'Escape' | 'Tab' | 'ArrowUp'

/** A tab of a browser, as a test drives each engine. */
export interface Tab {
  goto: (url: string) => Promise<void>
  /** What an expression is worth in the page; no promise. */
  evaluate: <T>(expression: string) => Promise<T>
  /** Real key events to what has the focus. */
  type: (text: string) => Promise<void>
  press: (key: Key) => Promise<void>
  reload: () => Promise<void>
  back: () => Promise<void>
  forward: () => Promise<void>
  screenshot: (path: string) => Promise<void>
  close: () => Promise<void>
  /** The process of the page dies at once; the tab cannot be used any more. Undefined: this engine cannot be made to. */
  crash: (() => Promise<void>) | undefined
}

/** What tabs of one person share: cookies, storage, connections. */
export interface Profile {
  tab: () => Promise<Tab>
  close: () => Promise<void>
}

export interface Engine {
  name: EngineName
  profile: () => Promise<Profile>
  close: () => Promise<void>
}

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const
export type EngineName = (typeof ENGINES)[number]
