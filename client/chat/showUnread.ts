/** Tells by the tab, and by the icon of a page that somebody has installed, how many messages are unread. */
export function showUnread(channel: string, count: number): void {
  document.title = `${count > 0 ? `(${count}) ` : ''}${channel} · Causeway`
  // The types promise it, but not all browsers have it, and it may be refused.
  const browser: Partial<Pick<Navigator, 'setAppBadge'>> = navigator
  void browser.setAppBadge?.(count).catch(() => undefined)
}
