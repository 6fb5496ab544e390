import type { Locks } from './tabLocks.ts'

interface Asked {
  tab: string
  run: () => Promise<void>
  resolve: () => void
  reject: (reason: unknown) => void
}

interface Lock {
  held: Asked | undefined
  waiting: Asked[]
}

/** A browser's locks: who asks first has a name first, unless somebody steals it. */
export class FakeLocks {
  readonly #locks = new Map<string, Lock>()

  /** The locks as one tab sees them. */
  of(tab: string): Locks {
    return { request: (...given) => this.#request(tab, ...given) }
  }

  /** What a browser does when a tab crashes. */
  crash(tab: string): void {
    for (const lock of this.#locks.values()) {
      lock.waiting = lock.waiting.filter((each) => each.tab !== tab)
      if (lock.held?.tab !== tab) continue
      lock.held = undefined
      void grant(lock)
    }
  }

  #request(
    tab: string,
    name: string,
    { signal, steal = false }: { signal?: AbortSignal; steal?: boolean },
    run: () => Promise<void>,
  ): Promise<void> {
    const lock = this.#locks.get(name) ?? { held: undefined, waiting: [] }
    this.#locks.set(name, lock)
    return new Promise((resolve, reject) => {
      const asked = { tab, run, resolve, reject }
      signal?.addEventListener('abort', () => {
        if (lock.held === asked) return
        lock.waiting = lock.waiting.filter((each) => each !== asked)
        reject(signal.reason)
      })
      if (steal) {
        lock.held?.reject(new DOMException('stolen', 'AbortError'))
        lock.held = undefined
        lock.waiting.unshift(asked)
      } else lock.waiting.push(asked)
      void grant(lock)
    })
  }
}

async function grant(lock: Lock): Promise<void> {
  if (lock.held !== undefined) return
  const next = lock.waiting.shift()
  lock.held = next
  if (next === undefined) return
  await Promise.resolve()
  await next.run().then(next.resolve, next.reject)
  if (lock.held !== next) return
  lock.held = undefined
  void grant(lock)
}
