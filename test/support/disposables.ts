import { afterAll } from '@jest/globals'

type Dispose = () => unknown

/**
 * Collects what a test file opens, and closes it after its last test, the last opened first.
 * Call it at the top of the file: `const opened = disposables()`, then `opened.add(() => server.close())`.
 */
export function disposables(): { add(dispose: Dispose): void } {
  const open: Dispose[] = []
  afterAll(async () => {
    // One after another: what was opened later may still use what was opened before.
    for (const dispose of open.toReversed()) await dispose()
  })
  return { add: (dispose) => void open.push(dispose) }
}
