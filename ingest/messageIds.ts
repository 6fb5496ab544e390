import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const BYTES = 16
/** So many ids share one call for random bytes, which takes ten microseconds whether it gives 16 of them or 4,096. */
const IDS = 256

/** Makes the ids of messages: UUIDs v7. */
export function messageIds(): () => string {
  const random = new Uint8Array(BYTES * IDS)
  let from = random.length
  return () => {
    if (from === random.length) {
      randomFillSync(random)
      from = 0
    }
    return v7({ random: random.subarray(from, (from += BYTES)) })
  }
}
