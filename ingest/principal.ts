import type { IncomingHttpHeaders } from 'node:http'
import type { Sender } from '../contract/message.ts'

/**
 * The real sender of a request, and owner of its idempotency keys. Undefined if the request names none: all anonymous senders
 * would share their keys. Claimed like the sender, and not proven: a login replaces only this function.
 */
export function readPrincipal(headers: IncomingHttpHeaders, sender: Sender): string | undefined {
  return headers['causeway-sender'] === undefined ? undefined : sender.id
}
