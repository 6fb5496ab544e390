/** An EventSource that a test drives. */
export class FakeSource extends EventTarget {
  readonly CONNECTING = 0
  readonly CLOSED = 2
  readyState = 0
  readonly url: URL

  constructor(url: string | URL) {
    super()
    this.url = new URL(url)
  }

  get since(): string | null {
    return this.url.searchParams.get('since')
  }

  get isClosed(): boolean {
    return this.readyState === this.CLOSED
  }

  close(): void {
    this.readyState = this.CLOSED
  }

  /** An event as it arrives; `data` is sent as JSON, or as it is if it is a text. */
  send(name: string, data: unknown, lastEventId = ''): void {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    this.dispatchEvent(new MessageEvent(name, { data: text, lastEventId }))
  }

  ready(position: number): void {
    this.send('ready', { position, complete: true, channels: {} }, `ep-${position}`)
  }

  /** The connection breaks and the browser reconnects. */
  drop(): void {
    this.readyState = this.CONNECTING
    this.dispatchEvent(new Event('error'))
  }

  /** The browser gives up, as after a status. */
  end(): void {
    this.readyState = this.CLOSED
    this.dispatchEvent(new Event('error'))
  }
}

/** A class of sources; `opened` has those that were opened, `source()` is the newest. */
export function fakeEventSource(): {
  opened: FakeSource[]
  source: () => FakeSource
  EventSource: typeof EventSource
} {
  const opened: FakeSource[] = []
  class Opened extends FakeSource {
    constructor(url: string | URL) {
      super(url)
      opened.push(this)
    }
  }
  const source = (): FakeSource => {
    const newest = opened.at(-1)
    if (newest === undefined) throw new Error('no source was opened')
    return newest
  }
  // It has what the stream uses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { opened, source, EventSource: Opened as unknown as typeof EventSource }
}
