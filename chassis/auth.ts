import type { IncomingHttpHeaders } from 'node:http'
import type { Sender } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'

const ID = /^[A-Za-z0-9_.@-]{1,64}$/
const MAX_NAME_LENGTH = 64
/** Control characters and the two that only JavaScript takes for line ends: a name is one line of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u

/**
 * Who the request says it is from: `Causeway-Sender` (`anonymous` without it) and `Causeway-Sender-Name`
 * (percent-encoded UTF-8; the id without it). Claimed and not proven: a login replaces this function and nothing else.
 * Throws `invalid-parameter`.
 */
export function readSender(headers: IncomingHttpHeaders): Sender {
  const id = one(headers['causeway-sender']) ?? 'anonymous'
  if (!ID.test(id)) {
    throw new Problem('invalid-parameter', 'Causeway-Sender is 1 to 64 of A-Z a-z 0-9 _ . @ -')
  }
  const encoded = one(headers['causeway-sender-name'])
  const name = encoded === undefined ? id : decode(encoded)
  if (name === undefined || !isName(name)) {
    throw new Problem(
      'invalid-parameter',
      `Causeway-Sender-Name is 1 to ${MAX_NAME_LENGTH} printable characters, percent-encoded`,
    )
  }
  return { id, name }
}

/** Node joins a header that came twice with a comma, which no id and no encoded name has. */
function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}

function decode(text: string): string | undefined {
  // Only ASCII: Node reads header bytes as Latin-1, so anything else would be a name that the sender did not write.
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function isName(name: string): boolean {
  const { length } = Array.from(name)
  return length <= MAX_NAME_LENGTH && name.trim() !== '' && !UNPRINTABLE.test(name)
}
