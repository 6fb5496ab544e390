import type { Causeway } from './causeway.ts'
import { isChange } from './fold.ts'
import { isFollowed, type Marker, markersPage, moveMarkers, unfollow } from './markers.ts'
import { retryDelay } from './retry.ts'
import type { TabChannel } from './sharedSources.ts'
import { isObject } from './typeGuards.ts'
import type { Message } from '../../contract/message.ts'

export interface ReadMarkersOptions {
  /** Something is other than it was. */
  changed: (markers: ReadonlyMap<string, Marker>) => void
  /** The caller's id as a sender: their own messages are not unread. */
  reader?: string | undefined
  /** A channel of its own, by which the tabs of a browser tell each other at once. */
  tabs?: TabChannel | undefined
  /** The markers could not be read, or moves were refused. It tries again. */
  failed?: ((error: unknown) => void) | undefined
}

/** Other devices' changes are seen so late at most. */
const POLL_MS = 20_000
/** Whoever reads on moves a marker with each message. */
const GATHER_MS = 1_000
const MAX_MOVES = 100
const MAX_UNREAD = 100
const BACKOFF = { first: 1_000, max: POLL_MS }

/** All markers of the caller: they move at once here, and soon on the server and on other devices. */
export class ReadMarkers {
  readonly #causeway: Causeway
  readonly #options: ReadMarkersOptions
  readonly #all = new Map<string, Marker>()
  /** Moves that the server does not know yet. */
  readonly #moves = new Map<string, number>()
  readonly #closed = new AbortController()
  #version = 0
  #isLoading = false
  #isMoving = false
  #failures = 0
  #poll: ReturnType<typeof setTimeout> | undefined
  #gather: ReturnType<typeof setTimeout> | undefined

  constructor(causeway: Causeway, options: ReadMarkersOptions) {
    this.#causeway = causeway
    this.#options = options
    options.tabs?.addEventListener('message', ({ data }) => {
      if (!isObject(data) || typeof data.channel !== 'string') return
      if (typeof data.position === 'number') this.#move(data.channel, data.position)
      else this.check()
    })
    this.check()
  }

  /** By the names of channels. */
  get all(): ReadonlyMap<string, Marker> {
    return this.#all
  }

  /** Everything of a followed channel up to a position has been read. */
  read(channel: string, position: number): void {
    if (!this.#move(channel, position)) return
    this.#moves.set(channel, position)
    this.#options.tabs?.postMessage({ channel, position })
    this.#gather ??= setTimeout(() => void this.#flush(), GATHER_MS)
  }

  /** Follows a channel from its head on, or marks all of it as read. */
  async follow(channel: string): Promise<void> {
    const { markers } = await moveMarkers(this.#causeway, [{ channel }], this.#closed.signal)
    this.#take(markers.filter(isFollowed))
    this.#options.tabs?.postMessage({ channel })
  }

  async unfollow(channel: string): Promise<void> {
    await unfollow(this.#causeway, channel, this.#closed.signal)
    this.#moves.delete(channel)
    if (this.#all.delete(channel)) this.#options.changed(this.#all)
    this.#options.tabs?.postMessage({ channel })
  }

  /** A message came on some channel. */
  received(message: Message): void {
    const { channel, position, sender } = message
    const known = this.#all.get(channel)
    if (known === undefined || position <= known.head) return
    const counts = !isChange(message) && sender.id !== this.#options.reader
    const unread = Math.min(
      known.unread + (counts && position > known.position ? 1 : 0),
      MAX_UNREAD,
    )
    this.#all.set(channel, { ...known, head: position, last: message, unread })
    this.#options.changed(this.#all)
  }

  /** Asks the server now. */
  check(): void {
    clearTimeout(this.#poll)
    void this.#load()
  }

  close(): void {
    this.#closed.abort()
    clearTimeout(this.#poll)
    clearTimeout(this.#gather)
    if (this.#moves.size > 0) void this.#flush(true)
    this.#options.tabs?.close()
  }

  #move(channel: string, position: number): boolean {
    const known = this.#all.get(channel)
    if (known === undefined || position <= known.position) return false
    // How many are left above it only the server can count.
    const unread = position >= known.head ? 0 : known.unread
    this.#all.set(channel, { ...known, position, unread })
    this.#options.changed(this.#all)
    return true
  }

  async #load(): Promise<void> {
    const { signal } = this.#closed
    if (this.#isLoading || signal.aborted) return
    this.#isLoading = true
    try {
      const page = await markersPage(this.#causeway, { after: this.#version }, signal)
      this.#version = page.version
      const followed = page.markers.filter(isFollowed)
      const names = new Set(followed.map(({ channel }) => channel))
      const gone = page.complete
        ? [...this.#all.keys()].filter((channel) => !names.has(channel))
        : page.markers.filter((one) => !isFollowed(one)).map(({ channel }) => channel)
      for (const channel of gone) this.#all.delete(channel)
      this.#take(followed)
    } catch (error) {
      if (!signal.aborted) this.#options.failed?.(error)
    } finally {
      this.#isLoading = false
      clearTimeout(this.#poll)
      if (!signal.aborted) this.#poll = setTimeout(() => void this.#load(), POLL_MS)
    }
  }

  async #flush(isLast = false): Promise<void> {
    this.#gather = undefined
    if (this.#isMoving && !isLast) return
    this.#isMoving = true
    const moves = [...this.#moves].slice(0, MAX_MOVES)
    let wait = GATHER_MS
    try {
      const wanted = moves.map(([channel, position]) => ({ channel, position }))
      const { markers } = await moveMarkers(this.#causeway, wanted)
      this.#failures = 0
      this.#drop(moves)
      this.#take(markers.filter(isFollowed))
    } catch (error) {
      const delay = retryDelay(error, this.#failures++, BACKOFF)
      // What is refused stays refused: a channel that one may not read any more.
      if (delay === undefined) this.#drop(moves)
      wait = delay ?? GATHER_MS
      this.#options.failed?.(error)
    }
    this.#isMoving = false
    if (this.#moves.size === 0 || this.#closed.signal.aborted) return
    this.#gather ??= setTimeout(() => void this.#flush(), wait)
  }

  /** Those that were not moved on meanwhile. */
  #drop(moves: readonly (readonly [string, number])[]): void {
    for (const [channel, position] of moves) {
      if (this.#moves.get(channel) === position) this.#moves.delete(channel)
    }
  }

  /** What the server said. Whatever is further here has happened since. */
  #take(markers: readonly Marker[]): void {
    for (const marker of markers) {
      const known = this.#all.get(marker.channel)
      const isBehind =
        known !== undefined &&
        (marker.head < known.head || marker.position < (this.#moves.get(marker.channel) ?? 0))
      this.#all.set(marker.channel, isBehind ? { ...known, ...furthest(known, marker) } : marker)
    }
    this.#options.changed(this.#all)
  }
}

function furthest(one: Marker, other: Marker): Pick<Marker, 'position'> {
  return { position: Math.max(one.position, other.position) }
}
