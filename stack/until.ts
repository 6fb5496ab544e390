import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 50
const WITHIN_MS = 30_000

/** Waits until servers have come to terms with each other. Throws with `what` if they have not after half a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${WITHIN_MS} ms: ${what}`)
    await sleep(EVERY_MS)
  }
}
