import { pointer } from '../chassis/pointer.ts'
import { invalid } from '../chassis/validate.ts'
import { type About, MAX_REACTION_BYTES } from '../contract/about.ts'
import type { Problem } from '../contract/problem.ts'

/** Throws `validation-failed` if the data, JSON text, is not what a message of this relation must have. */
export function checkRelation({ about, data }: { about?: About | undefined; data: string }): void {
  if (about === undefined) return
  const { as } = about
  if (as === 'delete' && data !== 'null') throw mistake('must be null in a deletion')
  if ((as === 'reaction' || as === 'unreaction') && !isReaction(JSON.parse(data))) {
    throw mistake(`must be a text of 1 to ${MAX_REACTION_BYTES} bytes without control characters`)
  }
}

function mistake(detail: string): Problem {
  return invalid([{ pointer: pointer(['data']), detail }])
}

export function isReaction(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    name !== '' &&
    name.isWellFormed() &&
    Buffer.byteLength(name) <= MAX_REACTION_BYTES &&
    !/\p{Cc}/u.test(name)
  )
}
