/** The part of the browser's `navigator.locks` that is needed here. */
export interface Locks {
  request: (
    name: string,
    options: { signal: AbortSignal } | { steal: true },
    run: () => Promise<void>,
  ) => Promise<unknown>
}

/** Shows the other tabs that this one lives, until it ends or `signal` is aborted. */
export function holdTab(locks: Locks, tab: string, signal: AbortSignal): void {
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  // An abort rejects the request, and then there is nothing left to do.
  locks.request(lockOf(tab), { signal }, () => ended).catch(() => undefined)
}

/** Resolves to true when that tab has ended; to false if `signal` is aborted before. */
export async function tabEnded(locks: Locks, tab: string, signal: AbortSignal): Promise<boolean> {
  try {
    await locks.request(lockOf(tab), { signal }, () => Promise.resolve())
    return !signal.aborted
  } catch {
    return false
  }
}

const lockOf = (tab: string): string => `causeway.tab.${tab}`
