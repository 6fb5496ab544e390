import type { Request } from 'express'
import type { Identity } from '../chassis/auth/identity.ts'
import type { Subject } from '../chassis/limits/limit.ts'
import { logProblem } from '../chassis/problems.ts'
import { decodeBody } from '../chassis/validate.ts'
import { Problem, problemDetails } from '../contract/problem.ts'
import type { AcceptMessage } from './acceptMessage.ts'
import { authorOf } from './author.ts'
import { countAccepted, countRefused, type PostCounter } from './countPost.ts'
import { parseItem } from './draft.ts'
import type { PostLimits } from './postLimits.ts'

export interface PostItemOptions {
  acceptMessage: Pick<AcceptMessage, 'accept'>
  /** Whose the request is now: a token may end while its messages still come. Undefined with AUTH=open. */
  identify: (request: Request) => Identity | undefined | Promise<Identity | undefined>
  posts: PostCounter
  limits: Pick<PostLimits, 'pay'>
  /** For the text of one message. */
  maxBytes: number
}

/**
 * Posts one message of many, and answers its result as JSON: `{"status":201,"message":{…}}` or `{"status":…,"problem":{…}}`. It never
 * rejects. Undefined stands for a text that was too large to keep. Messages of one channel reach the log in the order of the calls.
 */
export type PostItem = (
  request: Request,
  subject: Subject,
  item: string | Uint8Array | undefined,
) => Promise<string>

export function createPostItem({
  acceptMessage,
  identify,
  posts,
  limits,
  maxBytes,
}: PostItemOptions): PostItem {
  return async (request, subject, item) => {
    try {
      limits.pay(subject, item === undefined ? maxBytes : Buffer.byteLength(item))
      if (item === undefined) {
        throw new Problem('too-large', `A message may have at most ${maxBytes} bytes.`)
      }
      const { headers } = request
      const author = authorOf({ identity: await identify(request), headers }, subject)
      const { channel, key, content } = parseItem(
        typeof item === 'string' ? item : decodeBody(item),
      )
      const accepted = await acceptMessage.accept(author, channel, content, key)
      countAccepted(posts, accepted)
      return `{"status":${accepted.isRepeat ? 200 : 201},"message":${accepted.entry.json}}`
    } catch (error) {
      const problem = countRefused(posts, error)
      logProblem(request.log, problem)
      const details = JSON.stringify(problemDetails(problem, request.res?.get('X-Request-Id')))
      return `{"status":${problem.status},"problem":${details}}`
    }
  }
}
