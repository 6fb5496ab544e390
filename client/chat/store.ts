import { useLayoutEffect, useState } from 'preact/hooks'

/** Something whose state a page shows. It tells its listeners after each change, and they read it. */
export class Store {
  readonly #listeners = new Set<() => void>()

  /** Returns the end of the listening. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** Draws the component again after each change of these stores. */
export function useStores(...stores: (Store | undefined)[]): void {
  const [, draw] = useState({})
  useLayoutEffect(() => {
    const ends = stores.map((store) => store?.subscribe(() => draw({})))
    return () => {
      for (const end of ends) end?.()
    }
  }, stores)
}
