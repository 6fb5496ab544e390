import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import { position, senderId } from '../chassis/description/parameters.ts'
import { pointer } from '../chassis/pointer.ts'
import type { Route } from '../chassis/route.ts'
import { readQuery } from '../chassis/readQuery.ts'
import { searchOf } from '../chassis/searchOf.ts'
import type { Sender } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import type { Erased } from '../history/erase.ts'
import type { Sent } from '../history/sentBy.ts'
import { writeChunks } from './writeChunks.ts'

export interface People {
  sentBy: (sender: string, after: number) => Promise<Sent>
  erase: (sender: string, after: number, by: Sender) => Promise<Erased>
}

/** A call erases for so long; whoever asked goes on by `next`. */
const ERASE_MS = 1_000

export const PeopleParameters = z.object({
  after: position.default(0).describe('Only messages above this position'),
})

/**
 * For admins of all channels: everything that one sender wrote, to be taken along or to be erased. `limitExport` limits how many
 * are taken along at once.
 */
export function peopleRoute(
  log: People,
  requireAccess: RequireAccess,
  limitExport: (handler: RequestHandler) => RequestHandler,
): Route {
  const read = (request: Request): { sender: string; after: number } => {
    requireAccess(request, 'admin', ['**'])
    const { after } = readQuery(searchOf(request.originalUrl), PeopleParameters)
    return { sender: senderParameter(request.params['sender']), after }
  }
  return {
    path: '/senders/:sender/messages',
    get: limitExport(async (request, response) => {
      const { sender, after } = read(request)
      response.type('application/x-ndjson')
      if (request.method === 'HEAD') return void response.end()
      await writeChunks(
        response,
        linesOf(log, sender, after, () => response.closed),
      )
    }),
    delete: async (request, response) => {
      const { sender, after } = read(request)
      const by = request.identity
      const eraser =
        by === undefined ? { id: 'admin', name: 'Admin' } : { id: by.principal, name: by.name }
      const end = performance.now() + ERASE_MS
      let count = 0
      let step: Erased = { upTo: after, count: 0, isDone: false }
      do {
        step = await log.erase(sender, step.upTo, eraser)
        count += step.count
      } while (!step.isDone && performance.now() < end)
      const { upTo, isDone } = step
      const next = isDone ? null : `/senders/${sender}/messages?after=${upTo}`
      response.json({ sender, erased: count, upTo, next })
    },
  }
}

/** In order; the next part is read when the one before has left, and none for a reader that has gone. */
async function* linesOf(
  log: People,
  sender: string,
  after: number,
  isGone: () => boolean,
): AsyncGenerator<string> {
  for (let upTo = after, isDone = false; !isDone && !isGone();) {
    const sent = await log.sentBy(sender, upTo)
    if (sent.entries.length > 0) yield sent.entries.map(({ json }) => `${json}\n`).join('')
    ;({ upTo, isDone } = sent)
  }
}

function senderParameter(value: unknown): string {
  const sender = senderId.safeParse(value)
  if (sender.success) return sender.data
  const errors = [{ pointer: pointer(['sender']), detail: 'expected the id of a sender' }]
  throw new Problem('invalid-parameter', undefined, { errors })
}
