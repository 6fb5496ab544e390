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
  /** Another tab comes in front of it; or it comes to the front again. */
  hide: (isHidden: boolean) => Promise<void>
  /** The processes of all pages of the browser stand still, as in sleep; or go on. No command may be given meanwhile. */
  sleep: (isAsleep: boolean) => Promise<void>
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

/** For an engine whose driver shows each tab as if it were in front: what a page sees of a tab in the background. */
export const HIDE = (isHidden: boolean): string => `(() => {
  Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true })
  window.framesOf ??= requestAnimationFrame
  window.requestAnimationFrame = ${isHidden} ? () => 0 : window.framesOf
  document.dispatchEvent(new Event('visibilitychange'))
})()`

export const ENGINES = ['chromium', 'firefox', 'webkit'] as const
export type EngineName = (typeof ENGINES)[number]
