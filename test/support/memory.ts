import { text } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapSnapshot, setFlagsFromString } from 'node:v8'
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
    // oxlint-disable-next-line no-await-in-loop
    await nextTurn()
    collectGarbage()
    held = refs.filter((ref) => ref.deref() !== undefined).length
  }
  return held
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } }
  nodes: number[]
}

/** The kinds of node in a snapshot that are text, or bytes outside the heap. */
const TEXT_OR_BYTES = ['string', 'concatenated string', 'sliced string', 'native']

/**
 * How many strings and buffers of at least that many bytes are still held. They are counted in a snapshot, as the heap's size
 * also says what the machine did meanwhile. A snapshot of a test takes about a second.
 */
export async function largeHeld(minBytes: number): Promise<number> {
  collectGarbage()
  const { snapshot, nodes }: Snapshot = JSON.parse(await text(getHeapSnapshot()))
  const { node_fields: fields, node_types: types } = snapshot.meta
  const kinds = new Set(TEXT_OR_BYTES.map((kind) => types[0].indexOf(kind)))
  const [kindAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')]
  let held = 0
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (kinds.has(nodes[node + kindAt]!) && nodes[node + sizeAt]! >= minBytes) held++
  }
  return held
}
