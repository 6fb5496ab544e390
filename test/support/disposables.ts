import { afterAll } from '@jest/globals'

type Dispose = () => unknown

/** Closes at the end of a test file whatever is added to it. */
export interface Opened {
  add(dispose: Dispose): void
}

/**
 * Collects what a test file opens, and closes it after its last test, the last opened first.
 * Call it at the top of the file: `const opened = disposables()`, then `opened.add(() => server.close())`.
 */
export function disposables(): Opened {
  const open: Dispose[] = []
  afterAll(async () => {
    // One after another: a later one may still use an earlier one.
    for (const dispose of open.toReversed()) await dispose()
  })
  return { add: (dispose) => void open.push(dispose) }
}
