import type { Stack } from '../../../stack/stack.ts'
import { Random } from '../../model/random.ts'
import { type Footprint, footprints } from './footprint.ts'

/** How many are under way at once. */
export const AT_ONCE = 20
const PARTS = 10

/**
 * Does numbered things to a stack, and looks ten times at what its processes hold; not before a tenth is done, in which caches and
 * pools fill.
 */
export async function inParts(
  stack: Pick<Stack, 'processes'>,
  count: number,
  act: (number: number) => Promise<void>,
): Promise<Map<string, Footprint>[]> {
  const samples: Map<string, Footprint>[] = []
  const share = Math.ceil(count / (PARTS + 1))
  for (let from = 0; from < count; from += share) {
    let next = from
    const actAll = async (): Promise<void> => {
      while (next < Math.min(from + share, count)) await act(next++)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, actAll))
    if (from > 0) samples.push(footprints(stack))
  }
  return samples
}

/** The generator for a number; those of two numbers are far apart. */
export function randomFor(seed: number, number: number): Random {
  return new Random(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b))
}
