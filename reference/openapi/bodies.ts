import type { z } from 'zod'
import type { Operation } from '../../chassis/description/operation.ts'
import type { Json, Schemas } from '../schemas.ts'

const LINES = 'application/x-ndjson'

/** Bodies by their media types. Lines are text for OpenAPI 3.1: it has no word for what each of them is, JSON Schema has. */
export function bodyOf(
  content: Readonly<Record<string, z.ZodType>>,
  toSchema: (schema: z.ZodType) => Json,
): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(content).map(([mediaType, each]) => {
      const schema = toSchema(each)
      const lines = {
        type: 'string',
        description: 'Lines, each of which is JSON by itself.',
        contentMediaType: 'application/json',
        contentSchema: schema,
      }
      return [mediaType, { schema: mediaType === LINES ? lines : schema }]
    }),
  )
}

export function requestBodyOf({ body, examples }: Operation, schemas: Schemas): Json | undefined {
  if (body === undefined) return undefined
  const content = bodyOf(body, (schema) => schemas.ofInput(schema))
  for (const { name, summary, mediaType = 'application/json', body: value } of examples) {
    const media = content[mediaType]
    if (media === undefined) throw new Error(`The example ${name} has a body of another type.`)
    media['examples'] = { ...Object(media['examples']), [name]: { summary, value } }
  }
  return { required: true, content }
}
