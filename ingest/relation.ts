import { when } from '../chassis/description/condition.ts'
import { pointer } from '../chassis/pointer.ts'
import { invalid } from '../chassis/validate.ts'
import { type About, MAX_REACTION_BYTES, type Relation } from '../contract/about.ts'
import type { Problem } from '../contract/problem.ts'

/** No control characters, and at most so many bytes, of which a character may take four. */
export const REACTION = new RegExp(
  String.raw`^(?:[\x20-\x7e]{1,${MAX_REACTION_BYTES}}|[^\u0000-\u001f\u007f-\u009f]{1,${MAX_REACTION_BYTES / 4}})$`,
)

const REACTIONS: Relation[] = ['reaction', 'unreaction']

/** What `checkRelation` demands, as conditions of JSON Schema. */
export const RELATION_RULES = when(
  isAbout(['delete']),
  { properties: { data: { type: 'null' } } },
  when(isAbout(REACTIONS), { properties: { data: { type: 'string', pattern: REACTION.source } } }),
)

function isAbout(relations: readonly Relation[]): object {
  const as = { enum: relations }
  return { required: ['about'], properties: { about: { required: ['as'], properties: { as } } } }
}

/** Throws `validation-failed` if the data, JSON text, is not what a message of this relation must have. */
export function checkRelation({ about, data }: { about?: About | undefined; data: string }): void {
  if (about === undefined) return
  const { as } = about
  if (as === 'delete' && data !== 'null') throw mistake('must be null in a deletion')
  if (REACTIONS.includes(as) && !isReaction(JSON.parse(data))) {
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
