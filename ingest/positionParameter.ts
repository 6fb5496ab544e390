import { pointer } from '../chassis/pointer.ts'
import { parsePosition } from '../contract/position.ts'
import { Problem } from '../contract/problem.ts'

/** Throws `invalid-parameter`. */
export function positionParameter(value: unknown): number {
  const position = parsePosition(String(value))
  if (position !== undefined) return position
  const errors = [{ pointer: pointer(['position']), detail: 'expected a position' }]
  throw new Problem('invalid-parameter', undefined, { errors })
}
