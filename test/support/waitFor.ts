import { setTimeout as delay } from 'node:timers/promises'

/**
 * Resolves when a condition holds; throws after `seconds`, which is for what hangs and not a measure of speed. It looks every
 * `everyMs`: more rarely if a look is dear.
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  seconds = 30,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + seconds * 1_000
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`It did not become true within ${seconds} s: ${String(condition)}`)
    await delay(everyMs)
  }
}
