import { Random } from '../../model/random.ts'
import type { Door } from '../doors.ts'
import { RawConnection } from '../rawHttp.ts'
import { faultOf } from './judge.ts'
import { type FuzzRequest, randomRequest } from './randomRequest.ts'

export interface FuzzResult {
  /** How often each door answered with each status, e.g. `edge 404`; `closed` without an answer. */
  counts: Map<string, number>
  /** What was wrong, with the number of the request, by which it can be sent again. */
  faults: { number: number; fault: string; request: FuzzRequest }[]
}

export interface FuzzOptions {
  origins: Record<Door, string>
  /** Numbers of the first request and of the one behind the last. */
  from: number
  to: number
  seed: number
}

const AT_ONCE = 20

/** Sends random requests, each on its own connection, and judges what comes back. The same seed and number make the same request. */
export async function fuzz({ origins, from, to, seed }: FuzzOptions): Promise<FuzzResult> {
  const counts: FuzzResult['counts'] = new Map()
  const faults: FuzzResult['faults'] = []
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
  return { counts, faults }
}

/** The request with a number; numbers are far apart for the generator. */
function numbered(seed: number, number: number): FuzzRequest {
  return randomRequest(new Random(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b)))
}
