import type { Request, RequestHandler, Response } from 'express'
import type { ReadBody } from '../chassis/body.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import type { Accepted, AcceptMessage } from './acceptMessage.ts'
import { authorOf } from './author.ts'
import { countAccepted, countRefused, type PostCounter } from './countPost.ts'
import { type Content, parseContent } from './draft.ts'
import type { PostLimits } from './postLimits.ts'

export interface PostMessageOptions {
  acceptMessage: Pick<AcceptMessage, 'check' | 'accept'>
  readBody: ReadBody
  posts: PostCounter
  limits: Pick<PostLimits, 'begin' | 'read'>
}

/** What one message is read from. */
export interface Door {
  /** Otherwise the body is not looked at. */
  hasBody: boolean
  /** Throws the problem of a message that cannot be one. */
  read: (request: Request, body: Uint8Array) => Content
}

const POST: Door = { hasBody: true, read: (_request, body) => parseContent(body) }
const NOTHING = new Uint8Array()

/** Posts one message, by default the one in the body. */
export function createPostMessage(
  { acceptMessage, readBody, posts, limits }: PostMessageOptions,
  { hasBody, read }: Door = POST,
): RequestHandler {
  const post = async (request: Request, response: Response): Promise<Accepted> => {
    const subject = limits.begin(request, response)
    const channel = channelParameter(request.params['channel'])
    const author = authorOf(request, subject)
    const key = request.get('idempotency-key')
    // First, so that a request that is refused anyway need not wait for its body.
    acceptMessage.check(author, channel, key)
    const body = hasBody ? await readBody(request) : NOTHING
    limits.read(subject, response, body.length)
    return acceptMessage.accept(author, channel, read(request, body), key)
  }
  return async (request, response) => {
    let accepted: Accepted
    try {
      accepted = await post(request, response)
    } catch (error) {
      throw countRefused(posts, error)
    }
    countAccepted(posts, accepted)
    const { entry, isRepeat } = accepted
    // Node's own way: Express's would parse the type and look for an ETag, on every post.
    response
      .writeHead(isRepeat ? 200 : 201, {
        Location: `/channels/${entry.channel}/messages/${entry.position}`,
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(entry.json),
      })
      .end(entry.json)
  }
}
