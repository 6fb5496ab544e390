import type { Causeway } from '../../sdk/causeway.ts'
import { type ChannelEntry, channels } from '../../sdk/channels.ts'
import type { OpenStream } from '../../sdk/joinedChannel.ts'
import type { Marker } from '../../sdk/markers.ts'
import type { ChannelProfile } from '../../sdk/people.ts'
import { ReadMarkers } from '../../sdk/readMarkers.ts'
import type { TabChannel } from '../../sdk/sharedSources.ts'
import { Store } from '../store.ts'
import { ChannelProfiles } from './channelProfiles.ts'
import { type ListedChannel, byTitle, listedChannel } from './listedChannels.ts'
import type { Message } from '../../../contract/message.ts'

interface ChannelListOptions {
  causeway: Causeway
  /** Without it, what is new on other channels is asked for from time to time: a second connection for each tab would be too many. */
  open: OpenStream | undefined
  /** One's own sender id. */
  me: string
  /** Whether Causeway knows people: only then there are private channels. */
  accounts: boolean
  /** By which the tabs tell each other what was read. */
  tabs: TabChannel
  /** A live message came, on any channel that the person follows. */
  heard: (message: Message) => void
}

/** More channels than this are found by their names only. */
const MAX_CHANNELS = 500

/** A stream takes a hundred, and tabs that share one may have different lists. */
const MAX_STREAMED = 60

/** Whoever comes back to the page after so long gets a new list. */
const REFRESH_MS = 60_000

/** The channels that a person may read, with what is new in them. */
export class ChannelList extends Store {
  readonly #options: ChannelListOptions
  readonly #left = new AbortController()
  readonly #entries = new Map<string, ChannelEntry>()
  readonly #profiles: ChannelProfiles
  readonly #markers: ReadMarkers
  readonly #asked = new Set<string>()
  #loaded = false
  #stream: ReturnType<OpenStream> | undefined
  #streamed = ''
  #shown = ''
  #readAt = -Infinity

  constructor(options: ChannelListOptions) {
    super()
    this.#options = options
    const { causeway, me, tabs } = options
    const changed = (): void => this.changed()
    this.#profiles = new ChannelProfiles({ causeway, changed, left: this.#left.signal })
    this.#markers = new ReadMarkers(causeway, {
      reader: me,
      tabs,
      changed: () => {
        this.#loaded = true
        this.#listen()
        if (options.accounts) void this.#profiles.learn([...this.#markers.all.keys()])
        this.changed()
      },
    })
    this.check()
  }

  get all(): readonly ListedChannel[] {
    const names = [this.#entries, this.#markers.all, this.#profiles.all].flatMap((map) => [
      ...map.keys(),
    ])
    return [...new Set([...names, this.#shown])].map((name) => this.of(name)).sort(byTitle)
  }

  get unreadElsewhere(): number {
    const others = [...this.#markers.all.values()].filter(({ channel }) => channel !== this.#shown)
    return others.reduce((sum, { unread }) => sum + unread, 0)
  }

  /** Whether it is known what the person has read. */
  get loaded(): boolean {
    return this.#loaded
  }

  of(channel: string): ListedChannel {
    const known = {
      entries: this.#entries,
      markers: this.#markers.all,
      profiles: this.#profiles.all,
    }
    return listedChannel(channel, known, this.#options.me)
  }

  marker(channel: string): Marker | undefined {
    return this.#markers.all.get(channel)
  }

  profile(channel: string): ChannelProfile | undefined {
    return this.#profiles.all.get(channel)
  }

  /** A channel is shown now. */
  show(channel: string): void {
    this.#shown = channel
    this.#asked.delete(channel)
    this.changed()
  }

  /** The person has seen everything up to a position; `all`: up to the end. They follow the channel from then on. */
  read(channel: string, position: number, all: boolean): void {
    if (!this.#loaded) return
    const marker = this.marker(channel)
    if (marker === undefined) return void this.follow(channel)
    this.#markers.read(channel, all ? Math.max(position, marker.head) : position)
  }

  /** Reads all of it. */
  async follow(channel: string): Promise<void> {
    // It is asked for with each message until it is done, and not again if it was refused.
    if (this.#asked.has(channel)) return
    this.#asked.add(channel)
    try {
      await this.#markers.follow(channel)
    } catch {
      // It may not be read, or too many are followed: it is shown all the same.
    }
  }

  /** The channel is none of the person's own any more. */
  async unfollow(channel: string): Promise<void> {
    await this.#markers.unfollow(channel)
    this.#profiles.drop(channel)
    this.changed()
  }

  /** It was created, or changed. */
  put(profile: ChannelProfile): void {
    this.#profiles.put(profile)
    this.#markers.check()
    this.changed()
  }

  /** A live message came, of the shown channel or of another one. */
  received(message: Message): void {
    this.#markers.received(message)
  }

  /** The page has become visible, or a machine woke. */
  check(): void {
    this.#stream?.check()
    if (performance.now() - this.#readAt < REFRESH_MS) return
    this.#readAt = performance.now()
    this.#markers.check()
    void this.#readEntries()
    if (this.#options.accounts) void this.#profiles.read()
  }

  close(): void {
    this.#left.abort()
    this.#stream?.close()
    this.#markers.close()
  }

  async #readEntries(): Promise<void> {
    try {
      for await (const entry of channels(this.#options.causeway, {}, this.#left.signal)) {
        this.#entries.set(entry.name, entry)
        if (this.#entries.size >= MAX_CHANNELS) break
      }
      this.changed()
    } catch {
      // The list stays as it was until it is read again.
    }
  }

  /** One stream for the channels that the person follows, those with the newest messages. */
  #listen(): void {
    const newest = [...this.#markers.all.values()]
      .sort((a, b) => b.head - a.head)
      .slice(0, MAX_STREAMED)
    const names = newest.map(({ channel }) => channel).sort()
    const { open } = this.#options
    if (open === undefined || names.length === 0 || names.join() === this.#streamed) return
    this.#streamed = names.join()
    this.#stream?.close()
    this.#stream = open(
      { channels: names, since: String(newest[0]?.head ?? 0) },
      {
        message: (message) => {
          this.received(message)
          this.#options.heard(message)
        },
        gap: () => this.#markers.check(),
        reset: () => {
          this.#streamed = ''
          this.#markers.check()
        },
        connection: () => undefined,
      },
    )
  }
}
