import type { Causeway } from '../../sdk/causeway.ts'
import { type ChannelEntry, channels } from '../../sdk/channels.ts'
import { isChange } from '../../sdk/fold.ts'
import type { OpenStream } from '../../sdk/joinedChannel.ts'
import { Store } from '../store.ts'
import { type ListedChannel, byTitle } from './listedChannels.ts'
import type { Message } from '../../../contract/message.ts'

interface ChannelListOptions {
  causeway: Causeway
  open: OpenStream
  me: string
}

/** More channels than this are found by their names only. */
const MAX_CHANNELS = 500

/** A stream takes a hundred; the open channel has one of its own. */
const MAX_STREAMED = 60

/** The list is read again so often while somebody looks at the page. */
const REFRESH_MS = 60_000

/** The channels that a person may read, with what is new in them. */
export class ChannelList extends Store {
  readonly #options: ChannelListOptions
  readonly #left = new AbortController()
  readonly #channels = new Map<string, ListedChannel>()
  #stream: ReturnType<OpenStream> | undefined
  #streamed = ''
  #open = ''
  #readAt = -Infinity

  constructor(options: ChannelListOptions) {
    super()
    this.#options = options
    void this.#read()
  }

  get all(): readonly ListedChannel[] {
    return [...this.#channels.values()].sort(byTitle)
  }

  get unreadElsewhere(): number {
    const others = [...this.#channels.values()].filter(({ name }) => name !== this.#open)
    return others.reduce((sum, { unread }) => sum + unread, 0)
  }

  title(channel: string): string {
    return this.#channels.get(channel)?.title ?? channel
  }

  /** A channel is shown now. */
  open(channel: string): void {
    this.#open = channel
    const known = this.#channels.get(channel) ?? entryOf(channel)
    this.#channels.set(channel, { ...known, unread: 0 })
    this.#listen()
    this.changed()
  }

  /** A live message came, of the open channel or of another one. */
  received(message: Message): void {
    if (isChange(message)) return
    const known = this.#channels.get(message.channel) ?? entryOf(message.channel)
    const isNew = message.channel !== this.#open && message.sender.id !== this.#options.me
    const unread = isNew ? known.unread + 1 : known.unread
    this.#channels.set(message.channel, { ...known, unread, last: message })
    this.changed()
  }

  /** The page has become visible, or a machine woke. */
  check(): void {
    this.#stream?.check()
    if (!document.hidden && performance.now() - this.#readAt > REFRESH_MS) void this.#read()
  }

  close(): void {
    this.#left.abort()
    this.#stream?.close()
  }

  async #read(): Promise<void> {
    this.#readAt = performance.now()
    try {
      let count = 0
      for await (const entry of channels(this.#options.causeway, {}, this.#left.signal)) {
        this.#add(entry)
        count += 1
        if (count >= MAX_CHANNELS) break
      }
      this.#listen()
      this.changed()
    } catch {
      // The list stays as it was until it is read again.
    }
  }

  #add({ name, last }: ChannelEntry): void {
    const known = this.#channels.get(name) ?? entryOf(name)
    this.#channels.set(name, { ...known, last: last ?? known.last })
  }

  /** One stream for the channels that are not open, those with the newest messages. */
  #listen(): void {
    const heads = [...this.#channels.values()]
      // One that nobody has written in may have no valid name.
      .filter(({ name, last }) => name !== this.#open && last !== undefined)
      .sort((a, b) => (b.last?.position ?? 0) - (a.last?.position ?? 0))
      .slice(0, MAX_STREAMED)
    const names = heads.map(({ name }) => name).sort()
    if (names.length === 0 || names.join() === this.#streamed) return
    this.#streamed = names.join()
    this.#stream?.close()
    const since = String(heads[0]?.last?.position ?? 0)
    this.#stream = this.#options.open(
      { channels: names, since },
      {
        message: (message) => this.received(message),
        gap: () => undefined,
        reset: () => {
          this.#streamed = ''
          void this.#read()
        },
        connection: () => undefined,
      },
    )
  }
}

function entryOf(name: string): ListedChannel {
  return { name, title: name, kind: 'public', unread: 0, last: undefined }
}
