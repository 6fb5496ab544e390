import type { Stack } from '../../../stack/stack.ts'
import { Random } from '../../model/random.ts'
import { type Door, originsOf } from '../doors.ts'
import { RawConnection } from '../rawHttp.ts'
import { type Footprint, footprints } from './footprint.ts'
import { faultOf } from './judge.ts'
import { type FuzzRequest, randomRequest } from './randomRequest.ts'

export interface FuzzResult {
  /** How often each door answered with each status, e.g. `edge 404`; `closed` without an answer. */
  counts: Map<string, number>
  /** What was wrong, with the number of the request, by which it can be sent again. */
  faults: { number: number; fault: string; request: FuzzRequest }[]
  /** What each process held, after each tenth of the requests. */
  samples: Map<string, Footprint>[]
}

const AT_ONCE = 20
const PARTS = 10

/**
 * Sends random requests to a stack, each on its own connection, and judges what comes back. The same seed and number make the same
 * request. Looks ten times at what the processes hold; not before a tenth has been sent, in which caches and pools fill.
 */
export async function fuzz(stack: Stack, requests: number, seed: number): Promise<FuzzResult> {
  const result: FuzzResult = { counts: new Map(), faults: [], samples: [] }
  const share = Math.ceil(requests / (PARTS + 1))
  for (let from = 0; from < requests; from += share) {
    await fuzzPart(originsOf(stack), seed, from, Math.min(from + share, requests), result)
    if (from > 0) result.samples.push(footprints(stack))
  }
  return result
}

async function fuzzPart(
  origins: Record<Door, string>,
  seed: number,
  from: number,
  to: number,
  { counts, faults }: FuzzResult,
): Promise<void> {
  let next = from
  const sendAll = async (): Promise<void> => {
    while (next < to) {
      const number = next++
      const request = numbered(seed, number)
      const connection = new RawConnection(origins[request.door])
      connection.write(request.bytes)
      const answer = await connection.next(request.method).catch((error: unknown) => String(error))
      connection.close()
      const isHang = typeof answer === 'string'
      const key = `${request.door} ${isHang ? 'hang' : (answer?.status ?? 'closed')}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      const fault = isHang ? answer : faultOf(request, answer)
      if (fault !== undefined) faults.push({ number, fault, request })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendAll))
}

/** The request with a number; numbers are far apart for the generator. */
function numbered(seed: number, number: number): FuzzRequest {
  return randomRequest(new Random(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b)))
}
