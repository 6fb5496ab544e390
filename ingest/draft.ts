import { z } from 'zod'
import { pointer } from '../chassis/pointer.ts'
import { decodeBody, invalid, validateJson } from '../chassis/validate.ts'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { MESSAGE_TYPE } from '../contract/messageType.ts'
import { readDataText } from './dataText.ts'

const Body = z.strictObject(
  {
    type: z
      .string('must be a string')
      .regex(MESSAGE_TYPE, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . : -')
      .default(DEFAULT_TYPE),
    // JSON has no undefined, so this refuses only a body without the key; null is data.
    data: z.custom<unknown>((value) => value !== undefined, 'required'),
  },
  'must be an object with "data" and, optionally, "type"',
)

/** The content of a post's body; `data` is JSON text. */
interface Content {
  type: string
  data: string
}

/** Throws `malformed-json` or `validation-failed`. If a key is repeated, the last one counts, as everywhere in JavaScript. */
export function parseContent(bytes: Uint8Array): Content {
  const body = decodeBody(bytes)
  const { type } = validateJson(Body, body)
  const data = readDataText(body)
  if ('detail' in data) {
    const { path, detail } = data
    throw invalid([{ pointer: pointer(['data', ...path]), detail }])
  }
  return { type, data: data.text }
}
