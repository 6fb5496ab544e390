import type { IncomingHttpHeaders } from 'node:http'
import type { Sender } from '../contract/message.ts'

/**
 * Who really sends a request: its idempotency keys belong to them. Undefined if the request does not say: all who stay anonymous
 * would share their keys. Claimed like the sender, and not proven: a login replaces this function and nothing else.
 */
export function readPrincipal(headers: IncomingHttpHeaders, sender: Sender): string | undefined {
  return headers['causeway-sender'] === undefined ? undefined : sender.id
}
