import type { z } from 'zod'
import type { Example, Operation } from '../../chassis/description/operation.ts'
import type { Json, Schemas } from '../schemas.ts'

/** Where parameters stand, and the member of an operation and of an example that has those. */
const PLACES = [
  ['path', 'parameters', 'parameters'],
  ['query', 'query', 'query'],
  ['header', 'headers', 'headers'],
] as const

/** What OpenAPI itself describes otherwise. */
const NOT_DESCRIBED = ['Accept']

export function parametersOf(operation: Operation, schemas: Schemas): Json[] {
  return PLACES.flatMap(([place, member, given]) =>
    Object.entries(shapeOf(operation, member)).map(([name, schema]) => {
      const { description, ...rest } = schemas.ofOutput(schema)
      const examples = operation.examples.flatMap((example) =>
        exampleOf(example, rest, example[given]?.[name]),
      )
      return {
        name,
        in: place,
        ...(description === undefined ? {} : { description }),
        required: !schema.safeParse(undefined).success,
        schema: rest,
        ...(examples.length > 0 && { examples: Object.fromEntries(examples) }),
      }
    }),
  )
}

function shapeOf(
  operation: Operation,
  member: 'parameters' | 'query' | 'headers',
): Record<string, z.ZodType> {
  const all = member === 'query' ? operation.query?.shape : operation[member]
  return Object.fromEntries(
    Object.entries(all ?? {}).filter(([name]) => !NOT_DESCRIBED.includes(name)),
  )
}

/** The value as it is, where the text of a request is only one way to write it. */
function exampleOf(
  { name, summary }: Example,
  schema: Json,
  given: string | readonly string[] | undefined,
): [string, Json][] {
  if (given === undefined) return []
  if (schema['type'] === 'array') return [[name, { summary, value: [given].flat() }]]
  const forms: Json[] = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [schema]
  const isNumber = forms.some((form) => form['type'] === 'integer') && /^\d+$/.test(String(given))
  return [[name, { summary, value: isNumber ? Number(given) : given }]]
}
