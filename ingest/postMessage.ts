import type { RequestHandler } from 'express'
import type { Counter } from 'prom-client'
import type { ReadBody } from '../chassis/body.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import type { AcceptMessage } from './acceptMessage.ts'
import { authorOf } from './author.ts'
import { countPost } from './countPost.ts'
import { parseContent } from './draft.ts'
import type { PostLimits } from './postLimits.ts'

export interface PostMessageOptions {
  acceptMessage: Pick<AcceptMessage, 'check' | 'accept'>
  readBody: ReadBody
  posts: Counter<'outcome'>
  limits: Pick<PostLimits, 'begin' | 'read'>
}

export function createPostMessage({
  acceptMessage,
  readBody,
  posts,
  limits,
}: PostMessageOptions): RequestHandler {
  return async (request, response) => {
    const { entry, isRepeat } = await countPost(posts, async () => {
      const subject = limits.begin(request, response)
      const channel = channelParameter(request.params['channel'])
      const author = authorOf(request, subject)
      const key = request.get('idempotency-key')
      // First, so that a request that is refused anyway need not wait for its body.
      acceptMessage.check(author, channel, key)
      const body = await readBody(request)
      limits.read(subject, response, body.length)
      return acceptMessage.accept(author, channel, parseContent(body), key)
    })
    response
      .status(isRepeat ? 200 : 201)
      .location(`/channels/${entry.channel}/messages/${entry.position}`)
      .type('application/json')
      .send(entry.json)
  }
}
