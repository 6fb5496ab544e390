import { z } from 'zod'
import { decodeBody, validateJson } from '../chassis/validate.ts'
import { DEFAULT_SIGNAL_TYPE } from '../contract/signal.ts'
import { DATA, dataOf, WORD } from './draft.ts'

export const NewSignal = z
  .strictObject(
    { type: WORD.default(DEFAULT_SIGNAL_TYPE), ...DATA },
    'must be an object with "data" and, optionally, "type"',
  )
  .meta({ id: 'NewSignal' })

/** What a signal says; `data` is JSON text. */
export interface SignalContent {
  type: string
  data: string
}

/** Reads a signal's body. Throws `malformed-json` or `validation-failed`. */
export function parseSignal(bytes: Uint8Array): SignalContent {
  const body = decodeBody(bytes)
  const { type } = validateJson(NewSignal, body)
  return { type, data: dataOf(body) }
}
