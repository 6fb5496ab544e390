import { pause } from '../sdk/pause.ts'

/** Longer than any browser takes, and shorter than a person waits. */
const ANSWER_MS = 1_000

/** The browser's locks; undefined if it has none, or refuses them: it does so where it denies storage. */
export async function usableLocks(
  locks: LockManager | undefined,
): Promise<LockManager | undefined> {
  if (locks === undefined) return undefined
  try {
    const granted = locks.request('causeway.usable', { mode: 'shared' }, () => true)
    return (await Promise.race([granted, pause(ANSWER_MS)])) === true ? locks : undefined
  } catch {
    return undefined
  }
}
