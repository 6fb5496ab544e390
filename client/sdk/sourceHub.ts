import { placeAfter } from './continuity.ts'
import type { News, SourceKind } from './streamState.ts'
import { LOG_IDS_START, parseEventId } from '../../contract/eventId.ts'

/** A source that somebody asks for, under an id of their choice. */
export interface SourceRequest {
  id: string
  by: SourceKind
  channels: readonly string[]
  /** An event id or a position. */
  since: string
  /** They had a source before, and were not content with it. */
  again: boolean
}

/** What a real source is opened with. */
interface UpstreamOptions {
  by: SourceKind
  channels: readonly string[]
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
interface Upstream {
  by: SourceKind
  channels: readonly string[]
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
  readonly #ended = new Map<SourceKind, Pick<Upstream, 'channels' | 'place'>>()
  /** The channels are of several logs. Places in different logs cannot be compared, so each request gets a source of its own. */
  #isApart = false

  constructor(options: HubOptions) {
    this.#options = options
  }

  /** Asking again under the same id replaces the request. */
  open(request: SourceRequest): void {
    const { by, since, channels, again } = request
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
      const isCovered = channels.every((channel) => shared.channels.includes(channel))
      if (isCovered && !(again && isOld)) {
        shared.requests.set(request.id, request)
        const ready = { position: positionOf(since), complete: true, channels: {} }
        if (shared.isReady) this.#options.tell([request.id], { is: 'ready', id: '', ready })
        return
      }
    }
    if (shared !== undefined) this.#stop(shared)
    const requests = new Map(shared?.requests).set(request.id, request)
    const all = new Set([...requests.values()].flatMap((each) => each.channels))
    if (shared === undefined) for (const channel of before?.channels ?? []) all.add(channel)
    const place = before === undefined ? since : earlier(before.place, since)
    this.#start({ by, channels: [...all], place, requests })
  }

  /** The channels of a closed request stay on the way until another one opens, or none is left. */
  close(id: string): void {
    for (const upstream of this.#upstreams) {
      if (upstream.requests.delete(id) && upstream.requests.size === 0) this.#stop(upstream)
    }
  }

  /** Ends all. */
  stop(): void {
    for (const upstream of this.#upstreams) this.#stop(upstream)
    this.#ended.clear()
  }

  #start(given: Pick<Upstream, 'by' | 'channels' | 'place' | 'requests'>): void {
    const { by, channels, place: since } = given
    const controller = new AbortController()
    const put = (news: News) => {
      if (this.#upstreams.has(upstream)) this.#take(upstream, news)
    }
    const timer = setTimeout(
      () => this.#options.read({ by, channels, since, signal: controller.signal, put }),
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

  #split({ place, requests }: Upstream): void {
    for (const request of requests.values()) this.#startAlone(request, place)
  }

  #startAlone(request: SourceRequest, place: string): void {
    const { id, by, channels } = request
    this.#start({ by, channels, place, requests: new Map([[id, request]]) })
  }
}

/** Whether news are for somebody who listens to these channels. */
function concerns(news: News, { channels }: SourceRequest): boolean {
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
