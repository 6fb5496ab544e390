import type { Express, RequestHandler } from 'express'
import type { Auth } from '../chassis/auth/auth.ts'
import {
  createAuthenticate,
  createIsAllowed,
  createRequireAccess,
} from '../chassis/auth/middleware.ts'
import { type BodyLimits, createReadBody } from '../chassis/body.ts'
import { type AppOptions, createApp } from '../chassis/http.ts'
import { Turns } from '../chassis/turns.ts'
import { AcceptMessage, type AcceptOptions } from './acceptMessage.ts'
import { type Channels, createGetChannel } from './getChannel.ts'
import { changeRoutes } from './changes.ts'
import { createGetHistory, type Pages } from './getHistory.ts'
import { createGetMessage, type Messages } from './getMessage.ts'
import { createGetVersions, type VersionsOf } from './getVersions.ts'
import type { IngestLimits } from './ingestLimits.ts'
import { createPostItem } from './postItem.ts'
import { createPostLines } from './postLines.ts'
import { createPostMessage, type PostMessageOptions } from './postMessage.ts'
import { type People, peopleRoute } from './people.ts'
import { createPostMessages } from './postMessages.ts'
import { createReadLimit } from './readLimit.ts'

interface IngestOptions extends Omit<AppOptions, 'before' | 'routes'> {
  /** Undefined with AUTH=open. */
  auth: Pick<Auth, 'authenticator' | 'access'> | undefined
  log: Pages & Messages & VersionsOf & People & Channels & Pick<AcceptOptions, 'append'>
  publish: AcceptOptions['publish']
  posts: PostMessageOptions['posts']
  bodyLimits: BodyLimits
  maxEventBytes: AcceptOptions['maxEventBytes']
  limits: IngestLimits
  /** Aborts when the process is about to stop. */
  stopping: AbortSignal
}

/** A client that takes nothing holds one chunk of a page, or one message, in memory. */
const MAX_READS = 100
/** Even at 300 kbit/s a page of 4 MB fits in. */
const READ_MILLISECONDS = 120_000
/** Of pages, read from the database. The others wait for their turn: a post that waits for two large ones waits twice as long. */
const CHUNKS_AT_ONCE = 1

export function createIngest({
  auth,
  log,
  publish,
  posts,
  bodyLimits,
  maxEventBytes,
  limits,
  stopping,
  ...edge
}: IngestOptions): Express {
  const readBody = createReadBody(bodyLimits)
  const open = createReadLimit(MAX_READS, READ_MILLISECONDS)
  const limited = (handler: RequestHandler): RequestHandler => limits.reads(open(handler))
  const requireAccess = createRequireAccess(auth?.access)
  const acceptMessage = new AcceptMessage({
    requireAccess,
    isAllowed: createIsAllowed(auth?.access),
    maxEventBytes,
    limits: limits.posts,
    append: (draft) => log.append(draft),
    publish,
  })
  const posting = { acceptMessage, readBody, posts, limits: limits.posts }
  const changes = changeRoutes(posting)
  const { maxBytes } = bodyLimits
  const postItem = createPostItem({
    acceptMessage,
    identify: (request) => auth?.authenticator.identify(request.headers),
    posts,
    limits: limits.posts,
    maxBytes,
  })
  return createApp({
    ...edge,
    before: auth === undefined ? [] : [createAuthenticate(auth.authenticator, edge.corsOrigins)],
    routes: [
      {
        path: '/channels/:channel/messages',
        post: createPostMessage(posting),
      },
      {
        path: '/messages',
        post: createPostMessages({
          postItem,
          postLines: createPostLines({ postItem, maxBytes, stopping }),
          readBody,
          limits: limits.posts,
        }),
      },
      {
        path: '/channels/:channel/messages/:position',
        get: limited(createGetMessage(log, requireAccess)),
        ...changes.message,
      },
      { path: '/channels/:channel/messages/:position/reactions/:name', ...changes.reaction },
      {
        path: '/channels/:channel/messages/:position/versions',
        get: limited(createGetVersions(log, requireAccess)),
      },
      peopleRoute(log, requireAccess),
      { path: '/channels/:channel', get: limited(createGetChannel(log, requireAccess)) },
      {
        path: '/history',
        get: limited(
          createGetHistory(
            { page: (query) => log.page(query) },
            new Turns(CHUNKS_AT_ONCE),
            requireAccess,
          ),
        ),
      },
    ],
  })
}
