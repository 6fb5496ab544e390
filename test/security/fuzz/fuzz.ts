import type { Stack } from '../../../stack/stack.ts'
import { originsOf } from '../doors.ts'
import { RawConnection } from '../rawHttp.ts'
import type { Footprint } from './footprint.ts'
import { inParts, randomFor } from './inParts.ts'
import { faultOf } from './judge.ts'
import { randomRequest } from './randomRequest.ts'

export interface FuzzResult {
  /** How often each door answered how, e.g. `edge 404`; `closed` without an answer. */
  counts: Map<string, number>
  /** What was wrong, with the number, by which it can be sent again. */
  faults: { number: number; fault: string; door: string; bytes: string }[]
  /** What each process held, after each tenth. */
  samples: Map<string, Footprint>[]
}

/**
 * Sends random requests to a stack, each on its own connection, and judges what comes back. The same seed and number make the same
 * request.
 */
export async function fuzz(stack: Stack, requests: number, seed: number): Promise<FuzzResult> {
  const origins = originsOf(stack)
  const counts: FuzzResult['counts'] = new Map()
  const faults: FuzzResult['faults'] = []
  const samples = await inParts(stack, requests, async (number) => {
    const request = randomRequest(randomFor(seed, number))
    const { door, method, bytes } = request
    const connection = new RawConnection(origins[door])
    connection.write(bytes)
    const answer = await connection.next(method).catch((error: unknown) => String(error))
    connection.close()
    const isHang = typeof answer === 'string'
    count(counts, `${door} ${isHang ? 'hang' : (answer?.status ?? 'closed')}`)
    const fault = isHang ? answer : faultOf(request, answer)
    if (fault !== undefined) faults.push({ number, fault, door, bytes })
  })
  return { counts, faults, samples }
}

export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
