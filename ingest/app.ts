import type { Express } from 'express'
import { type AppOptions, createApp } from '../chassis/http.ts'
import { Turns } from '../chassis/turns.ts'
import { type BodyLimits, createReadBody } from './body.ts'
import { type Channels, createGetChannel } from './getChannel.ts'
import { createGetHistory, type Pages } from './getHistory.ts'
import { createGetMessage, type Messages } from './getMessage.ts'
import { createPostMessage, type PostMessageOptions } from './postMessage.ts'
import { createReadLimit } from './readLimit.ts'

export interface IngestOptions extends Omit<AppOptions, 'routes'> {
  history: Pages & Messages & Channels & Pick<PostMessageOptions, 'append'>
  publish: PostMessageOptions['publish']
  posts: PostMessageOptions['posts']
  bodyLimits: BodyLimits
  maxEventBytes: PostMessageOptions['maxEventBytes']
}

/** A reader who takes nothing holds one piece of a page, or one message. */
const MAX_READS = 100
/** A page of 4 MB still gets through 300 kbit/s. */
const READ_MILLISECONDS = 120_000
/** Of pages, read from the database. The others wait for their turn: a post that waits for two large ones waits twice as long. */
const PIECES_AT_ONCE = 1

export function createIngest({
  history,
  publish,
  posts,
  bodyLimits,
  maxEventBytes,
  ...edge
}: IngestOptions): Express {
  const readBody = createReadBody(bodyLimits)
  const limited = createReadLimit(MAX_READS, READ_MILLISECONDS)
  return createApp({
    ...edge,
    routes: [
      {
        path: '/channels/:channel/messages',
        post: createPostMessage({
          append: (draft) => history.append(draft),
          publish,
          readBody,
          maxEventBytes,
          posts,
        }),
      },
      {
        path: '/channels/:channel/messages/:position',
        get: limited(
          createGetMessage({
            message: (channel, position) => history.message(channel, position),
          }),
        ),
      },
      {
        path: '/channels/:channel',
        get: limited(createGetChannel({ channel: (name) => history.channel(name) })),
      },
      {
        path: '/history',
        get: limited(
          createGetHistory({ page: (query) => history.page(query) }, new Turns(PIECES_AT_ONCE)),
        ),
      },
    ],
  })
}
