import type { RequestHandler } from 'express'
import type { Auth } from '../chassis/auth/auth.ts'
import {
  createAuthenticate,
  createIsAllowed,
  createReadableBy,
  createRequireAccess,
} from '../chassis/auth/middleware.ts'
import { type BodyLimits, createReadBody } from '../chassis/body.ts'
import { type AppOptions, createApp } from '../chassis/http.ts'
import type { App } from '../chassis/expressApp.ts'
import { MAX_SIGNAL_BYTES } from '../contract/signal.ts'
import { Turns } from '../chassis/turns.ts'
import { byAccept, createExportHistory } from './exportHistory.ts'
import { type Channels, createGetChannel } from './getChannel.ts'
import { changeRoutes } from './changes.ts'
import { type ChannelList, createGetChannels } from './getChannels.ts'
import { createGetHistory } from './getHistory.ts'
import { createGetMessage, type Messages } from './getMessage.ts'
import type { HeadWatchers } from './headWatchers.ts'
import { createGetVersions, type VersionsOf } from './getVersions.ts'
import type { IngestLimits } from './ingestLimits.ts'
import type { OccupancyOf } from './occupancy.ts'
import { createPostSignal, type PostSignalOptions } from './postSignal.ts'
import type { LogOfMarkers } from './markersOfLogs.ts'
import { type MarkerRoutesOptions, markersRoute } from './markers.ts'
import { createPostItem } from './postItem.ts'
import { createPostLines } from './postLines.ts'
import { createPostMessage, type PostMessageOptions } from './postMessage.ts'
import { type People, peopleRoute } from './people.ts'
import { createPostMessages } from './postMessages.ts'
import { createReadInTurn, type Pages } from './readInTurn.ts'
import { createReadLimit } from './readLimit.ts'
import { byQuery, createSearchHistory } from './searchHistory.ts'
import type { Searches } from './searchLogs.ts'
import { createWaitForMessages, createWaitInSeveral } from './waitForMessages.ts'

interface IngestOptions extends Omit<AppOptions, 'before' | 'routes'> {
  /** Undefined with AUTH=open. */
  auth: Pick<Auth, 'authenticator' | 'access'> | undefined
  logs: Pages &
    Messages &
    VersionsOf &
    Channels &
    ChannelList & {
      all: ReadonlyMap<number, People & Searches & LogOfMarkers>
      logOf: (channel: string) => number
    }
  occupancyOf: OccupancyOf
  /** In the database that is for all logs. */
  markers: MarkerRoutesOptions['table']
  /** Every door for posts leads to it. */
  acceptMessage: PostMessageOptions['acceptMessage']
  posts: PostMessageOptions['posts']
  acceptSignal: PostSignalOptions['acceptSignal']
  signals: PostSignalOptions['signals']
  bodyLimits: BodyLimits
  limits: IngestLimits
  /** Aborts when the process is about to stop. */
  stopping: AbortSignal
  watcher: Pick<HeadWatchers, 'wait' | 'waitForAny'>
}

/** A client that takes nothing holds one chunk of a page, or one message, in memory. */
const MAX_READS = 100
/** Even at 300 kbit/s a page of 4 MB fits in. */
const READ_MILLISECONDS = 120_000
/** Of ranges: each holds one chunk, and exports take turns with each other, as one reader of pages. */
const MAX_EXPORTS = 8
/** Whoever needs longer goes on after the last line. */
const EXPORT_MILLISECONDS = 3_600_000
/**
 * Chunks of pages, read from the database. The others wait for their turn. One would leave ingest idle while Postgres reads; each more
 * is up to two milliseconds for which a post may have to wait.
 */
const CHUNKS_AT_ONCE = 3
/** One takes some milliseconds, but one of many words may take a hundred times as long. */
const SEARCHES_AT_ONCE = 2

export function createIngest({
  auth,
  logs,
  occupancyOf,
  markers,
  acceptMessage,
  posts,
  acceptSignal,
  signals,
  bodyLimits,
  limits,
  stopping,
  watcher,
  ...edge
}: IngestOptions): App {
  const readBody = createReadBody(bodyLimits)
  const open = createReadLimit(MAX_READS, READ_MILLISECONDS)
  const limited = (handler: RequestHandler): RequestHandler => limits.reads(open(handler))
  const openExports = createReadLimit(MAX_EXPORTS, EXPORT_MILLISECONDS)
  const limitExport = (handler: RequestHandler): RequestHandler =>
    limits.exports.begin(openExports(handler))
  const requireAccess = createRequireAccess(auth?.access)
  const isAllowed = createIsAllowed(auth?.access)
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
  const turns = new Turns(CHUNKS_AT_ONCE)
  const history = createGetHistory({
    readInTurn: createReadInTurn({ page: (query) => logs.page(query) }, turns),
    requireAccess,
    limitOpen: open,
    waitForMessages: createWaitForMessages(watcher, limits.subjectOf),
    waitInSeveral: createWaitInSeveral(watcher, limits.subjectOf),
    logOf: logs.logOf,
  })
  const readableBy = createReadableBy(auth?.access)
  const search = createSearchHistory({
    logs: logs.all,
    logOf: logs.logOf,
    turns: new Turns(SEARCHES_AT_ONCE),
    requireAccess,
    readableBy,
  })
  const exportHistory = createExportHistory({
    readInTurn: createReadInTurn(
      { page: (query) => turns.take(() => logs.page(query)) },
      new Turns(1),
    ),
    requireAccess,
    logOf: logs.logOf,
    pay: (request, bytes) => limits.exports.pay(request, bytes),
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
        path: '/channels/:channel/signals',
        post: createPostSignal({
          acceptSignal,
          readBody: createReadBody({ ...bodyLimits, maxBytes: MAX_SIGNAL_BYTES }),
          limit: limits.signals,
          subjectOf: limits.subjectOf,
          signals,
        }),
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
        get: limited(createGetMessage(logs, requireAccess)),
        ...changes.message,
      },
      { path: '/channels/:channel/messages/:position/reactions/:name', ...changes.reaction },
      {
        path: '/channels/:channel/messages/:position/versions',
        get: limited(createGetVersions(logs, requireAccess)),
      },
      markersRoute({
        table: markers,
        logs,
        requireAccess,
        isAllowed,
        catchUp: async () => auth === undefined || (await auth.access.catchUp()),
        readBody,
        limited,
      }),
      peopleRoute(logs.all, { requireAccess, isAllowed, limitExport }),
      {
        path: '/channels',
        get: limited(createGetChannels(logs, occupancyOf, turns, readableBy)),
      },
      {
        path: '/channels/:channel',
        get: limited(createGetChannel(logs, occupancyOf, requireAccess)),
      },
      {
        path: '/history',
        get: byAccept(byQuery(limited(search), limits.reads(history)), limitExport(exportHistory)),
      },
    ],
  })
}
