import type { Request, RequestHandler } from 'express'
import type { Counter } from 'prom-client'
import { v7 as uuid } from 'uuid'
import type { RequireAccess } from '../chassis/auth/middleware.ts'
import type { ReadBody } from '../chassis/body.ts'
import { toProblem } from '../chassis/problems.ts'
import { eventBytes } from '../contract/messageEvent.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { Problem } from '../contract/problem.ts'
import type { Appended, Draft } from '../history/types.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import { parseContent } from './draft.ts'
import { parseIdempotencyKey } from './idempotencyKey.ts'
import { authorOf } from './author.ts'
import type { PostLimits } from './postLimits.ts'

export interface PostMessageOptions {
  /** Resolves after the commit. */
  append: (draft: Draft) => Promise<Appended>
  /** It must not throw, and nobody waits for it. */
  publish: (entry: LinkedEntry, epoch: string) => void
  readBody: ReadBody
  /** For the message as an event on a stream, whose readers may have limits of their own. */
  maxEventBytes: number
  posts: Counter<'outcome'>
  requireAccess: RequireAccess
  limits: PostLimits
}

export function createPostMessage(options: PostMessageOptions): RequestHandler {
  const { limits } = options
  return async (request, response) => {
    try {
      const subject = limits.begin(request, response)
      const draft = await readDraft(options, request, (bytes) =>
        limits.read(subject, response, bytes),
      )
      await limits.store(subject, draft.channel)
      const appended = await options.append(draft)
      const { entry, link, epoch, repeated } = appended
      limits.stored(subject, draft, appended)
      // Only now, because nobody may see a message before its commit. After a crash in between, the bridge reads it from the log.
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

/** It checks all that needs no body first, so that a request that is refused anyway need not wait for its body. */
async function readDraft(
  { readBody, maxEventBytes, requireAccess }: PostMessageOptions,
  request: Request,
  onBody: (bytes: number) => void,
): Promise<Draft> {
  const channel = channelParameter(request.params['channel'])
  requireAccess(request, 'write', [channel])
  const { sender, principal } = authorOf(request)
  const key = parseIdempotencyKey(request.get('idempotency-key'), principal)
  const body = await readBody(request)
  onBody(body.length)
  const { type, data } = parseContent(body)
  const draft = { id: uuid(), channel, type, sender, data, principal: principal ?? sender.id, key }
  const bytes = eventBytes(draft)
  if (bytes > maxEventBytes) {
    const detail =
      `On a stream this message would take ${bytes} bytes; ` +
      `at most ${maxEventBytes} are allowed (MAX_EVENT_BYTES).`
    throw new Problem('too-large', detail)
  }
  return draft
}
