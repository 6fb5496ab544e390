import { isUtf8 } from 'node:buffer'
import { Problem } from '../contract/problem.ts'

/** A packet's payload, and what its sender says of it. */
export interface Payload {
  bytes: Buffer
  contentType?: string | undefined
  /** The payload format indicator: its sender says that it is UTF-8. */
  isText?: boolean | undefined
}

/**
 * A payload as JSON text. JSON stays as it was sent, and text becomes a JSON string. All else becomes
 * `{"contentType":"image/png","base64":"…"}`. Without a content type it is what it can be, in this order.
 * Throws `malformed-json` if its sender calls it JSON and it is none, `validation-failed` if its sender calls it text and it is none.
 */
export function dataOf({ bytes, contentType, isText }: Payload): string {
  const kind = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  const isJson = kind !== undefined && /^application\/(?:[a-z0-9.+-]+\+)?json$/.test(kind)
  if (isJson) return jsonOf(bytes) ?? refuse('malformed-json')
  if (kind === undefined) {
    const json = jsonOf(bytes)
    if (json !== undefined) return json
  }
  const claimsText = isText === true || (kind?.startsWith('text/') ?? false)
  if ((claimsText || kind === undefined) && isUtf8(bytes)) return JSON.stringify(bytes.toString())
  if (claimsText) return refuse('validation-failed')
  return JSON.stringify({
    contentType: contentType ?? 'application/octet-stream',
    base64: bytes.toString('base64'),
  })
}

function jsonOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  try {
    JSON.parse(text)
    return text
  } catch {
    return undefined
  }
}

function refuse(type: 'malformed-json' | 'validation-failed'): never {
  const detail = type === 'malformed-json' ? undefined : 'The payload is not UTF-8.'
  throw new Problem(type, detail)
}
