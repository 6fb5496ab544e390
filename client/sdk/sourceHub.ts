import { placeAfter } from './continuity.ts'
import { foldPresence } from './presence.ts'
import { type SourceRequest, type Topics, TOPICS, concerns, topicsOf } from './sourceRequest.ts'
import type { News, SourceKind } from './streamState.ts'
import type { PresenceEvent } from '../../contract/presence.ts'
import { LOG_IDS_START, parseEventId } from '../../contract/eventId.ts'

/** What a real source is opened with. */
interface UpstreamOptions extends Topics {
  by: SourceKind
  since: string
  signal: AbortSignal
  put: (news: News) => void
}

interface HubOptions {
  /** Opens a real source. */
  read: (options: UpstreamOptions) => void
  /** Tells news to those who asked. */
  tell: (ids: string[], news: News) => void
  /** Milliseconds of a clock that never runs backwards. */
  now: () => number
}

/** By their ids. */
type Requests = Map<string, SourceRequest>

/** A real source, and the requests that it serves. */
interface Upstream extends Topics {
  by: SourceKind
  /** Everything up to here has been told. */
  place: string
  requests: Requests
  /** Whether the server has said so. Before it, nobody may be told, or nobody would see that a proxy holds it back. */
  isReady: boolean
  openedAt: number
  end: () => void
}

/** All tabs ask at once if one has taken the lead. A source that each of them replaced would be opened ten times. */
const GATHER_MS = 20

/** Several tabs that are not content with one source come within this time, and get one new source. */
const YOUNG_MS = 5_000

/** By these a server says that something is wrong with what was asked for, not with who asks. */
const REFUSED: readonly (number | undefined)[] = [400, 403]

/**
 * Serves the sources that several tabs ask for by one real source of each kind, over all their channels. Each request is told everything
 * after its `since` on its channels, in order, and maybe some of it twice: whoever asks drops what they know.
 */
export class SourceHub {
  readonly #options: HubOptions
  readonly #upstreams = new Set<Upstream>()
  readonly #present = new Map<string, PresenceEvent>()
  /** What the server ended: those who listened come back one after another, and must not open it again each time. */
  readonly #ended = new Map<SourceKind, Pick<Upstream, 'channels' | 'place'>>()
  /** The channels are of several logs. Places in different logs cannot be compared, so each request gets a source of its own. */
  #isApart = false

  constructor(options: HubOptions) {
    this.#options = options
  }

  /** Asking again under the same id replaces the request. */
  open(request: SourceRequest): void {
    const { by, since, again } = request
    this.#isApart ||= since.startsWith(LOG_IDS_START)
    if (this.#isApart) {
      this.close(request.id)
      return this.#start(by, since, new Map([[request.id, request]]))
    }
    const shared = [...this.#upstreams].find((each) => each.by === by)
    const before = shared ?? this.#ended.get(by)
    const isLater = before !== undefined && positionOf(since) >= positionOf(before.place)
    if (shared !== undefined && isLater) {
      const isOld = this.#options.now() - shared.openedAt > YOUNG_MS
      const isCovered = TOPICS.every((topic) =>
        request[topic].every((channel) => shared[topic].includes(channel)),
      )
      if (isCovered && !(again && isOld)) {
        shared.requests.set(request.id, request)
        const ready = { position: positionOf(since), complete: true, channels: {} }
        if (shared.isReady) this.#welcome(request, { is: 'ready', id: '', ready })
        return
      }
    }
    if (shared !== undefined) this.#stop(shared)
    const requests = new Map(shared?.requests).set(request.id, request)
    const place = before === undefined ? since : earlier(before.place, since)
    const more = shared === undefined ? before?.channels : []
    this.#start(by, place, requests, more)
  }

  /** The channels of a closed request stay on the way until another one opens, or none is left. */
  close(id: string): void {
    for (const upstream of this.#upstreams) {
      const { by, place, requests } = upstream
      if (!requests.delete(id)) continue
      // Nobody may seem to be where they have left.
      const isHere = topicsOf(requests).presence.length === upstream.presence.length
      if (isHere && requests.size > 0) continue
      this.#stop(upstream)
      this.#start(by, place, requests)
    }
  }

  /** Ends all. */
  stop(): void {
    for (const upstream of this.#upstreams) this.#stop(upstream)
    this.#ended.clear()
  }

  #start(by: SourceKind, since: string, requests: Requests, more?: readonly string[]): void {
    if (requests.size === 0) return
    const topics = topicsOf(requests, more)
    const controller = new AbortController()
    const put = (news: News) => {
      if (this.#upstreams.has(upstream)) this.#take(upstream, news)
    }
    const timer = setTimeout(
      () => this.#options.read({ by, ...topics, since, signal: controller.signal, put }),
      GATHER_MS,
    )
    const openedAt = this.#options.now()
    const end = () => {
      clearTimeout(timer)
      controller.abort()
    }
    const upstream: Upstream = {
      by,
      ...topics,
      place: since,
      requests,
      isReady: false,
      openedAt,
      end,
    }
    this.#upstreams.add(upstream)
    this.#ended.delete(by)
  }

  #stop(upstream: Upstream): void {
    this.#upstreams.delete(upstream)
    upstream.end()
  }

  #take(upstream: Upstream, news: News): void {
    const { by, requests } = upstream
    if (news.is === 'ended' || news.is === 'reset' || news.is === 'goodbye') {
      this.#stop(upstream)
      if (news.is === 'ended' && REFUSED.includes(news.problem?.status)) {
        // One wrong channel, or too many together, make a stream over all be refused. Alone, each request is told the truth.
        const isMore = upstream.channels.length > topicsOf(requests).channels.length
        if (requests.size > 1 || isMore) return this.#split(upstream)
      } else if (news.is !== 'reset') this.#ended.set(by, upstream)
    }
    if ('id' in news && news.id.startsWith(LOG_IDS_START)) {
      this.#isApart = true
      if (requests.size > 1) {
        this.#stop(upstream)
        for (const each of requests) this.#start(by, each[1].since, new Map([each]))
        return
      }
    }
    if ('id' in news && news.id !== '') upstream.place = news.id
    else if (news.is === 'heartbeat' && news.heartbeat.position !== undefined) {
      upstream.place = placeAfter(upstream.place, news.heartbeat.position)
    }
    if (news.is === 'ready') return this.#begin(upstream, news)
    if (news.is === 'presence') {
      const { channel } = news.presence
      this.#present.set(channel, foldPresence(this.#present.get(channel), news.presence))
    }
    const ids = [...requests.values()].filter((each) => concerns(news, each)).map(({ id }) => id)
    if (ids.length > 0) this.#options.tell(ids, news)
  }

  /** The source may begin before what some requests have already. */
  #begin(upstream: Upstream, news: News & { is: 'ready' }): void {
    upstream.isReady = true
    for (const { id, since } of upstream.requests.values()) {
      const position = Math.max(news.ready.position, this.#isApart ? 0 : positionOf(since))
      this.#options.tell([id], { ...news, ready: { ...news.ready, position } })
    }
  }

  /** Tells a request that comes later what the others know already. */
  #welcome({ id, presence }: SourceRequest, ready: News): void {
    this.#options.tell([id], ready)
    for (const channel of presence) {
      const known = this.#present.get(channel)
      if (known !== undefined) this.#options.tell([id], { is: 'presence', presence: known })
    }
  }

  /** In halves, so that few sources are left however many requests there are: a browser has only six connections. */
  #split({ by, place, requests }: Upstream): void {
    const some = [...requests]
    const others = some.splice(some.length >> 1)
    this.#start(by, place, new Map(some))
    this.#start(by, place, new Map(others))
  }
}

/** The earlier of two places, in the epoch that is known. */
function earlier(place: string, since: string): string {
  const position = positionOf(since)
  if (position >= positionOf(place)) return place
  return parseEventId(since) === undefined ? placeAfter(place, position) : since
}

function positionOf(place: string): number {
  return parseEventId(place)?.position ?? Number(place)
}
