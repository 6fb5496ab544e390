import type { z } from 'zod'
import type { Schema } from './jsonSchema.ts'

/** How a service says what it expects, and the same as a schema. Of other variables only the service knows what is right. */
const KINDS: [RegExp, (words: string[]) => Schema][] = [
  [
    /^expected a whole number from (\d+)(?: \(no limit\))? to (\d+)$/,
    numbers('integer', '^[0-9]+$'),
  ],
  [/^expected seconds from (\d+(?:\.\d+)?) to (\d+)$/, numbers('number', '^[0-9]+([.][0-9]+)?$')],
  [/^expected true or false$/, () => ({ enum: [true, false, 'true', 'false'] })],
  [/^expected one of (.+)$/, ([words = '']) => ({ enum: words.split(', ') })],
]

/** The schema of a variable in the chart's values: what the service itself would refuse is refused before a pod runs. */
export function variable(type: z.ZodType): Schema {
  // No variable takes a text with a line feed.
  const message = type.safeParse('\n').error?.issues[0]?.message ?? ''
  const found = KINDS.flatMap(([pattern, make]) => {
    const match = pattern.exec(message)
    return match === null ? [] : [make(match.slice(1))]
  })
  return {
    ...(found[0] ?? { type: ['string', 'number', 'boolean'] }),
    description: type.description,
  }
}

function numbers(type: 'integer' | 'number', pattern: string): (bounds: string[]) => Schema {
  return ([minimum, maximum]) => ({
    anyOf: [
      { type, minimum: Number(minimum), maximum: Number(maximum) },
      // As `--set-string` gives it.
      { type: 'string', pattern },
    ],
  })
}
