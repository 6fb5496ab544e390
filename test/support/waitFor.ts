import { setTimeout as delay } from 'node:timers/promises'

type Condition = () => boolean | Promise<boolean>

/**
 * Resolves when a condition holds; throws after `seconds`. They end a hang, and are shorter than a test's own time-out, which would not
 * say what is missing. It checks every `everyMs`: choose a longer time for an expensive check.
 */
export async function waitFor(condition: Condition, seconds = 20, everyMs = 20): Promise<void> {
  if (await comesTrue(condition, seconds, everyMs)) return
  throw new Error(`It did not become true within ${seconds} s: ${String(condition)}`)
}

/** The same, but returns whether the condition held in time. */
export async function comesTrue(
  condition: Condition,
  seconds = 20,
  everyMs = 20,
): Promise<boolean> {
  const end = Date.now() + seconds * 1_000
  while (!(await condition())) {
    if (Date.now() > end) return false
    await delay(everyMs)
  }
  return true
}
