import type { Request, RequestHandler } from 'express'
import type { Counter } from 'prom-client'
import { v7 as uuid } from 'uuid'
import { readSender } from '../chassis/auth.ts'
import { toProblem } from '../chassis/problems.ts'
import { eventBytes } from '../contract/messageEvent.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import type { Appended, Draft } from '../history/types.ts'
import type { ReadBody } from './body.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { parseContent } from './draft.ts'
import { parseIdempotencyKey } from './idempotencyKey.ts'
import { readPrincipal } from './principal.ts'

export interface PostMessageOptions {
  /** Resolves after the commit. */
  append: (draft: Draft) => Promise<Appended>
  /** Must neither throw nor be waited for. */
  publish: (entry: LinkedEntry, epoch: string) => void
  readBody: ReadBody
  /** Of the message as its event on a stream, whose readers may have bounds of their own. */
  maxEventBytes: number
  posts: Counter<'outcome'>
}

export function createPostMessage(options: PostMessageOptions): RequestHandler {
  return async (request, response) => {
    try {
      const draft = await readDraft(options, request)
      const { entry, link, epoch, repeated } = await options.append(draft)
      // Only now: what is not committed must not be seen. A crash in between is repaired by the bridge, from the log.
      if (!repeated) options.publish({ ...entry, link }, epoch)
      options.posts.inc({ outcome: repeated ? 'repeated' : 'created' })
      response
        .status(repeated ? 200 : 201)
        .location(`/channels/${entry.channel}/messages/${entry.position}`)
        .type('application/json')
        .send(entry.json)
    } catch (error) {
      options.posts.inc({ outcome: toProblem(error).type })
      throw error
    }
  }
}

/** What needs no body is checked first, so that a request that is refused anyway is not waited for. */
async function readDraft(
  { readBody, maxEventBytes }: PostMessageOptions,
  request: Request,
): Promise<Draft> {
  const channel = channelParameter(request.params['channel'])
  const sender = readSender(request.headers)
  const principal = readPrincipal(request.headers, sender)
  const key = parseIdempotencyKey(request.get('idempotency-key'), principal)
  const { type, data } = parseContent(await readBody(request))
  const draft = { id: uuid(), channel, type, sender, data, principal: principal ?? sender.id, key }
  const bytes = eventBytes(draft)
  if (bytes > maxEventBytes) {
    const detail =
      `on a stream this message would take ${bytes} bytes; ` +
      `at most ${maxEventBytes} are taken (MAX_EVENT_BYTES)`
    throw new Problem('too-large', detail)
  }
  return draft
}
