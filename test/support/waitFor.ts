import { setTimeout as delay } from 'node:timers/promises'

/**
 * Resolves when a condition holds; throws after `seconds`. That bound is for what hangs and measures no speed. It is shorter than a
 * test's own time-out, which would not say what is missing. The condition is looked at every `everyMs`: more rarely if that is dear.
 */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  seconds = 20,
  everyMs = 20,
): Promise<void> {
  const end = Date.now() + seconds * 1_000
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`It did not become true within ${seconds} s: ${String(condition)}`)
    await delay(everyMs)
  }
}
