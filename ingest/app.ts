import type { Express } from 'express'
import { type AppOptions, createApp } from '../chassis/http.ts'
import { createReadBody } from './body.ts'
import { type Channels, createGetChannel } from './getChannel.ts'
import { createGetHistory, type Pages } from './getHistory.ts'
import { createGetMessage, type Messages } from './getMessage.ts'
import { createPostMessage, type PostMessageOptions } from './postMessage.ts'

export interface IngestOptions extends Omit<AppOptions, 'routes'> {
  history: Pages & Messages & Channels & Pick<PostMessageOptions, 'append'>
  publish: PostMessageOptions['publish']
  posts: PostMessageOptions['posts']
  maxBodyBytes: number
  maxEventBytes: PostMessageOptions['maxEventBytes']
}

export function createIngest({
  history,
  publish,
  posts,
  maxBodyBytes,
  maxEventBytes,
  ...edge
}: IngestOptions): Express {
  const readBody = createReadBody(maxBodyBytes)
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
        get: createGetMessage({
          message: (channel, position) => history.message(channel, position),
        }),
      },
      {
        path: '/channels/:channel',
        get: createGetChannel({ channel: (name) => history.channel(name) }),
      },
      { path: '/history', get: createGetHistory({ page: (query) => history.page(query) }) },
    ],
  })
}
