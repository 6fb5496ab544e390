import { z } from 'zod'
import { DEFAULT_TYPE } from '../contract/message.ts'
import { type Mistake, Problem } from '../contract/problem.ts'
import { pointer } from './pointer.ts'
import { readDataText } from './dataText.ts'

/** More mistakes would only make the answer as large as the request. */
const MAX_MISTAKES = 20
/** A longer unknown key is not repeated in the answer. */
const MAX_KEY_LENGTH = 64

const Body = z.strictObject(
  {
    type: z
      .string('must be a string')
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . : -')
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
  const body = decode(bytes)
  const parsed = Body.safeParse(parseJson(body))
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(toMistakes))
  const data = readDataText(body)
  if ('detail' in data) {
    const { path, detail } = data
    throw invalid([{ pointer: pointer(['data', ...path]), detail }])
  }
  return { type: parsed.data.type, data: data.text }
}

/** Fatal, or bytes that are not UTF-8 would be stored as U+FFFD, which nobody sent. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Problem('malformed-json')
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Not the parser's own message: it quotes the input.
    throw new Problem('malformed-json')
  }
}

function toMistakes(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ pointer: pointer(issue.path), detail: issue.message }]
  }
  return issue.keys.map((key) => ({
    pointer: key.length <= MAX_KEY_LENGTH ? pointer([...issue.path, key]) : pointer(issue.path),
    detail: 'unknown key',
  }))
}

function invalid(mistakes: Mistake[]): Problem {
  return new Problem('validation-failed', undefined, { errors: mistakes.slice(0, MAX_MISTAKES) })
}
