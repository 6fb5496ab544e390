import { z } from 'zod'
import { pointer } from '../chassis/pointer.ts'
import { decodeBody, invalid, validateJson } from '../chassis/validate.ts'
import { type About, RELATIONS } from '../contract/about.ts'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { readDataText } from './dataText.ts'
import { checkRelation } from './relation.ts'

// JSON has no undefined, so this refuses only a body without the key; null is data.
const Data = z.custom<unknown>((value) => value !== undefined, 'required')

const Body = z.strictObject(
  {
    type: z
      .string('must be a string')
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . : -')
      .default(DEFAULT_TYPE),
    about: z
      .strictObject(
        {
          position: z.int('must be a position').positive('must be a position'),
          as: z.enum(RELATIONS, `must be one of ${RELATIONS.join(', ')}`),
        },
        'must be an object with "position" and "as"',
      )
      .optional(),
    data: Data,
  },
  'must be an object with "data" and, optionally, "type" and "about"',
)

const Edit = z.strictObject({ data: Data }, 'must be an object with "data"')

/** The content of a post's body; `data` is JSON text. */
export interface Content {
  type: string
  about?: About | undefined
  data: string
}

/** Throws `malformed-json` or `validation-failed`. If a key is repeated, the last one counts, as everywhere in JavaScript. */
export function parseContent(bytes: Uint8Array): Content {
  const body = decodeBody(bytes)
  const { type, about } = validateJson(Body, body)
  const content = { type, about, data: dataOf(body) }
  checkRelation(content)
  return content
}

/** The new content of the message at a position. Throws as above. */
export function parseEdit(bytes: Uint8Array, position: number): Content {
  const body = decodeBody(bytes)
  validateJson(Edit, body)
  return { type: DEFAULT_TYPE, about: { position, as: 'edit' }, data: dataOf(body) }
}

function dataOf(body: string): string {
  const data = readDataText(body)
  if ('detail' in data) {
    const { path, detail } = data
    throw invalid([{ pointer: pointer(['data', ...path]), detail }])
  }
  return data.text
}
