import type { Request, RequestHandler } from 'express'
import { z } from 'zod'
import type { IsAllowed, RequireAccess } from '../chassis/auth/middleware.ts'
import { position, senderId } from '../chassis/description/parameters.ts'
import { wholeNumber } from '../chassis/description/reading.ts'
import { pointer } from '../chassis/pointer.ts'
import type { Route } from '../chassis/route.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { MAX_LOG_ID } from '../contract/channelLogs.ts'
import { isHidden } from '../contract/grants.ts'
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
  log: wholeNumber(0, MAX_LOG_ID, 'the number of a log')
    .optional()
    .describe('With several logs: the one to begin in; by default the first'),
})

const readPeopleQuery = queryReader(PeopleParameters)

/** The rest of the logs to go through, in the order of their numbers, and the position to begin after in the first of them. */
interface Rest {
  logs: [number, People][]
  after: number
}

interface PeopleOptions {
  requireAccess: RequireAccess
  isAllowed: IsAllowed
  /** Limits how many are taken along at once. */
  limitExport: (handler: RequestHandler) => RequestHandler
}

/**
 * For admins of all channels: everything that one sender wrote, to be taken along or to be erased, log by log. What is on hidden channels
 * is taken along only by those who may read them.
 */
export function peopleRoute(
  all: ReadonlyMap<number, People>,
  { requireAccess, isAllowed, limitExport }: PeopleOptions,
): Route {
  const read = (request: Request): { sender: string; rest: Rest } => {
    requireAccess(request, 'admin', ['**'])
    const { after, log } = readPeopleQuery(searchOf(request.originalUrl))
    return { sender: senderParameter(request.params['sender']), rest: restOf(all, after, log) }
  }
  return {
    path: '/senders/:sender/messages',
    get: limitExport(async (request, response) => {
      const { sender, rest } = read(request)
      response.type('application/x-ndjson')
      if (request.method === 'HEAD') return void response.end()
      await writeChunks(
        response,
        linesOf(rest, sender, {
          isGone: () => response.closed,
          isShown: (channel) => !isHidden(channel) || isAllowed(request, 'read', channel),
        }),
      )
    }),
    delete: async (request, response) => {
      const { sender, rest } = read(request)
      const by = request.identity
      const eraser =
        by === undefined ? { id: 'admin', name: 'Admin' } : { id: by.principal, name: by.name }
      response.json(await eraseSome(rest, sender, eraser, all.size > 1))
    },
  }
}

async function eraseSome(rest: Rest, sender: string, by: Sender, isOneOfSeveral: boolean) {
  const end = performance.now() + ERASE_MS
  let { after: upTo } = rest
  let erased = 0
  for (const [index, [id, log]] of rest.logs.entries()) {
    if (index > 0) upTo = 0
    for (let isDone = false; !isDone;) {
      let count: number
      ;({ upTo, count, isDone } = await log.erase(sender, upTo, by))
      erased += count
      if (isDone || performance.now() < end) continue
      const at = isOneOfSeveral ? `log=${id}&after=${upTo}` : `after=${upTo}`
      return { sender, erased, upTo, next: `/senders/${sender}/messages?${at}` }
    }
  }
  return { sender, erased, upTo, next: null }
}

/** In order; the next part is read when the one before has left, and none for a reader that has gone. */
async function* linesOf(
  { logs, after }: Rest,
  sender: string,
  { isGone, isShown }: { isGone: () => boolean; isShown: (channel: string) => boolean },
): AsyncGenerator<string> {
  for (const [index, [, log]] of logs.entries()) {
    for (let upTo = index === 0 ? after : 0, isDone = false; !isDone && !isGone();) {
      const sent = await log.sentBy(sender, upTo)
      const shown = sent.entries.filter(({ channel }) => isShown(channel))
      if (shown.length > 0) yield shown.map(({ json }) => `${json}\n`).join('')
      ;({ upTo, isDone } = sent)
    }
  }
}

function restOf(all: ReadonlyMap<number, People>, after: number, first: number | undefined): Rest {
  const logs = [...all].sort(([one], [other]) => one - other)
  const start = first === undefined ? 0 : logs.findIndex(([id]) => id === first)
  if (start >= 0) return { logs: logs.slice(start), after }
  throw new Problem('not-found', `There is no log ${first}.`)
}

function senderParameter(value: unknown): string {
  const sender = senderId.safeParse(value)
  if (sender.success) return sender.data
  const errors = [{ pointer: pointer(['sender']), detail: 'expected the id of a sender' }]
  throw new Problem('invalid-parameter', undefined, { errors })
}
