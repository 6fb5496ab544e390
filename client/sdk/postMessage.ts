import type { Causeway } from './causeway.ts'
import type { Unsent } from './outboxStorage.ts'
import { postJson } from './request.ts'
import { isMessage } from './typeGuards.ts'
import type { Message } from '../../contract/message.ts'

/** One attempt to have a message stored. However often it is made, the message is stored once: see `Idempotency-Key`. */
export function postMessage(
  causeway: Causeway,
  { channel, key, data, type, about }: Pick<Unsent, 'channel' | 'key' | 'data' | 'type' | 'about'>,
  signal?: AbortSignal,
): Promise<Message> {
  const init = postJson({ data, ...(type !== undefined && { type }), ...(about && { about }) })
  const headers = new Headers(init.headers)
  headers.set('Idempotency-Key', key)
  const path = `channels/${encodeURIComponent(channel)}/messages`
  return causeway.attempt(path, { ...init, headers }, isMessage, signal)
}
