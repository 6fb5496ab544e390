import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Most collections that are tried: what only a finished turn held is gone after the first. */
const TRIES = 4

/** V8's full collection, which Node offers only behind a flag: one that can also be set from inside. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('V8 does not offer its collector.')
  collect()
}

/** Those of some objects that something still holds. */
export async function stillHeld(refs: readonly WeakRef<object>[]): Promise<number> {
  let held = refs.length
  for (let tries = 0; held > 0 && tries < TRIES; tries++) {
    // A reference that was looked at is held until its turn ends.
    await nextTurn()
    collectGarbage()
    held = refs.filter((ref) => ref.deref() !== undefined).length
  }
  return held
}

/** Bytes that are still held, in the heap and in buffers, once the turns that used them are over. */
export async function bytesHeld(): Promise<number> {
  for (let turn = 0; turn < TRIES; turn++) {
    await nextTurn()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
