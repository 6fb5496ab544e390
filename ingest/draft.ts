import { z } from 'zod'
import { pointer } from '../chassis/pointer.ts'
import { decodeBody, invalid, validateJson } from '../chassis/validate.ts'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { readDataText } from './dataText.ts'

const CONTENT = {
  type: z
    .string('must be a string')
    .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . : -')
    .default(DEFAULT_TYPE),
  // JSON has no undefined, so this refuses only a body without the key; null is data.
  data: z.custom<unknown>((value) => value !== undefined, 'required'),
}

const Body = z.strictObject(CONTENT, 'must be an object with "data" and, optionally, "type"')

const Item = z.strictObject(
  {
    channel: z.string('must be a string'),
    key: z.string('must be a string').optional(),
    ...CONTENT,
  },
  'must be an object with "channel", "data" and, optionally, "type" and "key"',
)

/** The content of a post; `data` is JSON text. */
export interface Content {
  type: string
  data: string
}

/** One message of many. Neither its channel nor its idempotency key is checked yet. */
export interface Item {
  channel: string
  key: string | undefined
  content: Content
}

/** Reads a post's body. Throws `malformed-json` or `validation-failed`. If a key is repeated, the last one counts, as everywhere in JavaScript. */
export function parseContent(bytes: Uint8Array): Content {
  const body = decodeBody(bytes)
  const { type } = validateJson(Body, body)
  return { type, data: dataOf(body) }
}

/** The same for one message of many. */
export function parseItem(json: string): Item {
  const { channel, key, type } = validateJson(Item, json)
  return { channel, key, content: { type, data: dataOf(json) } }
}

function dataOf(json: string): string {
  const data = readDataText(json)
  if ('text' in data) return data.text
  const { path, detail } = data
  throw invalid([{ pointer: pointer(['data', ...path]), detail }])
}
