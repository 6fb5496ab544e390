import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for a condition, but not for ever; answers whether it holds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const deadline = Date.now() + withinMs
  for (;;) {
    if (await holds()) return true
    if (Date.now() > deadline) return false
    await sleep(EVERY_MS)
  }
}

const EVERY_MS = 20
