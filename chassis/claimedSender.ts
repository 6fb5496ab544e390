import type { Sender } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import { isSenderId, isSenderName, MAX_SENDER_NAME } from '../contract/sender.ts'

/**
 * The sender that a request names with AUTH=open: `Causeway-Sender` (`anonymous` without it) and `Causeway-Sender-Name`
 * (percent-encoded UTF-8; the id without it). Claimed and not proven. An id has no colon, so that nobody can pretend to be a
 * principal. Throws `invalid-parameter`.
 */
export function readClaimedSender(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Sender {
  const id = one(headers['causeway-sender']) ?? 'anonymous'
  if (!isSenderId(id)) {
    throw new Problem(
      'invalid-parameter',
      'Causeway-Sender must be 1 to 64 characters of A-Z a-z 0-9 _ . @ -',
    )
  }
  const encoded = one(headers['causeway-sender-name'])
  const name = encoded === undefined ? id : decode(encoded)
  if (name === undefined || !isSenderName(name)) {
    throw new Problem(
      'invalid-parameter',
      `Causeway-Sender-Name must be 1 to ${MAX_SENDER_NAME} printable characters, percent-encoded`,
    )
  }
  return { id, name }
}

/** Node joins a repeated header with a comma, which no id and no encoded name has. */
function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value
}

function decode(text: string): string | undefined {
  // Only ASCII: Node reads header bytes as Latin-1, so other bytes would become a name that the sender did not write.
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(text)) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
