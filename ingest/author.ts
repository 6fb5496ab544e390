import type { Request } from 'express'
import type { Sender } from '../contract/message.ts'
import { readClaimedSender } from './claimedSender.ts'

/** Whose message a post brings. */
export interface Author {
  /** What the message shows. */
  sender: Sender
  /** The owner of idempotency keys. Undefined if nobody is named: all anonymous senders would share their keys. */
  principal: string | undefined
}

/** By the request's token; with AUTH=open by its own word. Throws `invalid-parameter`. */
export function authorOf({ identity, headers }: Pick<Request, 'identity' | 'headers'>): Author {
  if (identity !== undefined) {
    const { principal, name } = identity
    return { sender: { id: principal, name }, principal }
  }
  const sender = readClaimedSender(headers)
  return { sender, principal: headers['causeway-sender'] === undefined ? undefined : sender.id }
}
