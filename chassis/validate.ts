import type { z } from 'zod'
import { type Mistake, Problem } from '../contract/problem.ts'
import { pointer } from './pointer.ts'

/** More mistakes would only make the answer as large as the request. */
const MAX_MISTAKES = 20
/** A longer unknown key is not repeated in the answer. */
const MAX_KEY_LENGTH = 64

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** A body as text. Throws `malformed-json` if it is not UTF-8: such bytes would become U+FFFD, which nobody sent. */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new Problem('malformed-json')
  }
}

/** Reads JSON of this form. Throws `malformed-json` or `validation-failed`. */
export function validateJson<S extends z.ZodType>(schema: S, json: string): z.output<S> {
  const parsed = schema.safeParse(parseJson(json))
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(toMistakes))
  return parsed.data
}

export function invalid(mistakes: Mistake[]): Problem {
  return new Problem('validation-failed', undefined, { errors: mistakes.slice(0, MAX_MISTAKES) })
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
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
