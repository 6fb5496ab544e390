import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'

/** A JSON object: a schema, or a part of a document. */
export type Json = { [key: string]: unknown }

const DEFINED = '#/$defs/'
const COMPONENTS = '#/components/schemas/'

/** JSON Schemas of zod schemas. One with an id stands once among the components of the document; elsewhere a `$ref` names it. */
export class Schemas {
  readonly #components = new Map<string, Json>()

  /** What a body of a request may be: the input of the schema. */
  ofInput(schema: z.ZodType): Json {
    return this.#of(schema, 'input')
  }

  /** What a text of a request stands for, or what an answer is: the output of the schema. */
  ofOutput(schema: z.ZodType): Json {
    return this.#of(schema, 'output')
  }

  /** By their ids, in order. */
  get components(): Json {
    return sorted(Object.fromEntries(this.#components))
  }

  #of(schema: z.ZodType, io: 'input' | 'output'): Json {
    // As a member, so that a schema with an id becomes a reference too.
    const whole = z.toJSONSchema(z.object({ schema }), {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Answers may get new members, which clients must bear. Only the tests, which use the zod schemas, do not.
        if (io === 'output' && jsonSchema.additionalProperties === false) {
          delete jsonSchema.additionalProperties
        }
      },
    })
    const { $defs = {}, properties } = rename(Object(whole))
    for (const [id, each] of Object.entries(Object($defs))) this.#add(id, Object(each))
    return Object(properties).schema
  }

  #add(name: string, defined: Json): void {
    const { id: _, ...schema } = defined
    const known = this.#components.get(name)
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`The schema ${name} is one thing in requests and another in answers.`)
    }
    this.#components.set(name, schema)
  }
}

/** The same in the order of its names. */
export function sorted(members: Json): Json {
  return Object.fromEntries(
    Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

/** The same with references to the components of a document. */
function rename(schema: Json): Json {
  const renamed: Json = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(DEFINED, COMPONENTS) : value,
  )
  return renamed
}
