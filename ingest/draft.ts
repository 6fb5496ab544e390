import { z } from 'zod'
import { AnyJson } from '../chassis/description/messages.ts'
import { pointer } from '../chassis/pointer.ts'
import { decodeBody, invalid, validateJson } from '../chassis/validate.ts'
import { type About, RELATIONS } from '../contract/about.ts'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { MESSAGE_TYPE } from '../contract/messageType.ts'
import { readDataText } from './dataText.ts'
import { checkRelation, RELATION_RULES } from './relation.ts'

export const DATA = { data: AnyJson }

export const WORD = z
  .string('must be a string')
  .regex(MESSAGE_TYPE, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . : -')

const CONTENT = {
  type: WORD.default(DEFAULT_TYPE),
  about: z
    .strictObject(
      {
        position: z.int('must be a position').positive('must be a position'),
        as: z.enum(RELATIONS, `must be one of ${RELATIONS.join(', ')}`),
      },
      'must be an object with "position" and "as"',
    )
    .optional(),
  ...DATA,
}

export const NewMessage = z
  .strictObject(CONTENT, 'must be an object with "data" and, optionally, "type" and "about"')
  .meta({ id: 'NewMessage', ...RELATION_RULES })

export const NewData = z.strictObject(DATA, 'must be an object with "data"').meta({ id: 'NewData' })

export const NewItem = z
  .strictObject(
    {
      channel: z.string('must be a string'),
      key: z.string('must be a string').optional().describe('As `Idempotency-Key`'),
      ...CONTENT,
    },
    'must be an object with "channel", "data" and, optionally, "type", "about" and "key"',
  )
  .meta({ id: 'NewItem', description: 'One message of many.', ...RELATION_RULES })

/** The content of a post; `data` is JSON text. */
export interface Content {
  type: string
  about?: About | undefined
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
  return contentOf(body, validateJson(NewMessage, body))
}

/** The same for one message of many. */
export function parseItem(json: string): Item {
  const { channel, key, ...rest } = validateJson(NewItem, json)
  return { channel, key, content: contentOf(json, rest) }
}

/** The new content of the message at a position. Throws as above. */
export function parseEdit(bytes: Uint8Array, position: number): Content {
  const body = decodeBody(bytes)
  validateJson(NewData, body)
  return { type: DEFAULT_TYPE, about: { position, as: 'edit' }, data: dataOf(body) }
}

function contentOf(json: string, { type, about }: Pick<Content, 'type' | 'about'>): Content {
  const content = { type, about, data: dataOf(json) }
  checkRelation(content)
  return content
}

/** The text of `data` in an object that was validated. Throws `validation-failed`. */
export function dataOf(json: string): string {
  const data = readDataText(json)
  if ('text' in data) return data.text
  const { path, detail } = data
  throw invalid([{ pointer: pointer(['data', ...path]), detail }])
}
