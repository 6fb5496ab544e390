import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The most collections: the first one frees objects that only a finished turn held. */
const TRIES = 4

/** Runs V8's full collection. Node offers it only behind a flag, which can also be set at run time. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('V8 does not offer its collector.')
  collect()
}

/** The number of objects that are still referenced. */
export async function stillHeld(refs: readonly WeakRef<object>[]): Promise<number> {
  let held = refs.length
  for (let tries = 0; held > 0 && tries < TRIES; tries++) {
    // A dereferenced WeakRef keeps its object until the end of the turn.
    await nextTurn()
    collectGarbage()
    held = refs.filter((ref) => ref.deref() !== undefined).length
  }
  return held
}

/** Bytes in the heap and in buffers, after the turns that used them. */
export async function bytesHeld(): Promise<number> {
  for (let turn = 0; turn < TRIES; turn++) {
    await nextTurn()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
