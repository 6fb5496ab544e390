import type { Request } from 'express'
import type { Identity } from '../chassis/auth/identity.ts'
import type { Subject } from '../chassis/limits/limit.ts'
import type { Sender } from '../contract/message.ts'
import { readClaimedSender } from '../chassis/claimedSender.ts'

/** Whose message a post brings. */
export interface Author {
  /** What the message shows. */
  sender: Sender
  /** The owner of idempotency keys. Undefined if nobody is named: all anonymous senders would share their keys. */
  principal: string | undefined
  /** Whose grants count. Undefined with AUTH=open. */
  identity?: Identity
  /** Whose limits and quotas count. */
  subject: Subject
}

/** By the request's token; with AUTH=open by its own word. Throws `invalid-parameter`. */
export function authorOf(
  { identity, headers }: Pick<Request, 'headers'> & { identity?: Identity | undefined },
  subject: Subject,
): Author {
  if (identity !== undefined) {
    const { principal, name } = identity
    return { sender: { id: principal, name }, principal, identity, subject }
  }
  const sender = readClaimedSender(headers)
  const isNamed = headers['causeway-sender'] !== undefined
  return { sender, principal: isNamed ? sender.id : undefined, subject }
}
