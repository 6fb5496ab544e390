import { placeAfter } from './continuity.ts'
import { foldPresence } from './presence.ts'
import { type SourceRequest, type Topics, TOPICS, topicsOf } from './sourceRequest.ts'
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

/** A real source, and the requests that it serves. */
interface Upstream extends Topics {
  by: SourceKind
  /** Everything up to here has been told. */
  place: string
  requests: Map<string, SourceRequest>
  /** Whether the server has said so. Before it, nobody may be told, or nobody would see that a proxy holds it back. */
  isReady: boolean
  openedAt: number
  controller: AbortController
  timer: ReturnType<typeof setTimeout>
}

/** All tabs ask at once if one has taken the lead. A source that each of them replaced would be opened ten times. */
const GATHER_MS = 20

/** Several tabs that are not content with one source come within this time, and get one new source. */
const YOUNG_MS = 5_000

/**
 * Serves the sources that several tabs ask for by one real source of each kind, over all their channels. Each request is told everything
 * after its `since` on its channels, in order, and maybe some of it twice: whoever asks drops what they know.
 */
export class SourceHub {
  readonly #options: HubOptions
  readonly #upstreams = new Set<Upstream>()
  /** What the server ended: those who listened come back one after another, and must not open it again each time. */
  readonly #present = new Map<string, PresenceEvent>()
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
      return this.#startAlone(request, since)
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
    this.#start({ by, ...topicsOf(requests, more), place, requests })
  }

  /** The channels of a closed request stay on the way until another one opens, or none is left. */
  close(id: string): void {
    for (const upstream of this.#upstreams) {
      const { by, place, requests } = upstream
      if (!requests.delete(id)) continue
      const topics = topicsOf(requests)
      // Nobody may seem to be where they have left.
      const isElsewhere = topics.presence.length < upstream.presence.length
      if (requests.size === 0 || isElsewhere) this.#stop(upstream)
      if (requests.size > 0 && isElsewhere) this.#start({ by, ...topics, place, requests })
    }
  }

  /** Ends all. */
  stop(): void {
    for (const upstream of this.#upstreams) this.#stop(upstream)
    this.#ended.clear()
  }

  #start(given: Topics & Pick<Upstream, 'by' | 'place' | 'requests'>): void {
    const { by, channels, presence, signals, place: since } = given
    const controller = new AbortController()
    const put = (news: News) => {
      if (this.#upstreams.has(upstream)) this.#take(upstream, news)
    }
    const timer = setTimeout(
      () =>
        this.#options.read({
          by,
          channels,
          presence,
          signals,
          since,
          signal: controller.signal,
          put,
        }),
      GATHER_MS,
    )
    const openedAt = this.#options.now()
    const upstream: Upstream = { ...given, isReady: false, controller, timer, openedAt }
    this.#upstreams.add(upstream)
    this.#ended.delete(by)
  }

  #stop(upstream: Upstream): void {
    this.#upstreams.delete(upstream)
    clearTimeout(upstream.timer)
    upstream.controller.abort()
  }

  #take(upstream: Upstream, news: News): void {
    const { by, requests } = upstream
    if (news.is === 'ended' || news.is === 'reset' || news.is === 'goodbye') {
      this.#stop(upstream)
      if (news.is === 'ended' && news.problem?.type === 'forbidden') {
        // One channel that may not be read makes a stream over all be refused. Alone, each request is told the truth.
        if (requests.size > 1) return this.#split(upstream)
      } else if (news.is !== 'reset') this.#ended.set(by, upstream)
    }
    if ('id' in news && news.id.startsWith(LOG_IDS_START)) {
      this.#isApart = true
      if (requests.size > 1) {
        this.#stop(upstream)
        for (const request of requests.values()) this.#startAlone(request, request.since)
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

  #split({ place, requests }: Upstream): void {
    for (const request of requests.values()) this.#startAlone(request, place)
  }

  #startAlone(request: SourceRequest, place: string): void {
    const requests = new Map([[request.id, request]])
    this.#start({ by: request.by, ...topicsOf(requests), place, requests })
  }
}

/** Whether news are for somebody who listens to these channels. */
function concerns(news: News, { channels, presence, signals }: SourceRequest): boolean {
  if (news.is === 'presence') return presence.includes(news.presence.channel)
  if (news.is === 'signal') return signals.includes(news.signal.channel)
  if (news.is === 'message') return channels.includes(news.message.channel)
  return news.is !== 'gap' || channels.includes(news.gap.channel)
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
