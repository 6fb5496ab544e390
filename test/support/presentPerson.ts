import {
  Causeway,
  Presence,
  type PresenceEvent,
  type Signal,
  Stream,
} from '../../client/sdk/index.ts'
import type { Opened } from './disposables.ts'

interface PresentOptions {
  /** Of a gateway, or of nginx. */
  base: string
  id: string
  name?: string
  channel: string
}

/** Somebody who is in a channel by a stream of the SDK, with AUTH=open. */
export class PresentPerson {
  readonly presence = new Presence()
  /** All that it was told, in order. */
  readonly events: PresenceEvent[] = []
  readonly signals: Signal[] = []
  readonly messages: unknown[] = []
  readonly stream: Stream
  readonly causeway: Causeway
  isLive = false

  constructor(opened: Opened, { base, id, name = id, channel }: PresentOptions) {
    const headers = { 'Causeway-Sender': id, 'Causeway-Sender-Name': encodeURIComponent(name) }
    this.causeway = new Causeway({ base, headers: () => headers })
    const channels = [channel]
    this.stream = new Stream(
      this.causeway,
      { channels, presence: channels, signals: channels, since: '' },
      {
        message: ({ data }) => void this.messages.push(data),
        gap: () => {},
        reset: () => {},
        connection: ({ is }) => (this.isLive = is === 'live'),
        presence: (event) => {
          this.events.push(event)
          this.presence.receive(event)
        },
        signal: (signal) => void this.signals.push(signal),
      },
    )
    opened.add(() => this.stream.close())
  }

  /** The ids of those who are there, sorted; undefined: only their number is known. */
  get seen(): string | undefined {
    return this.presence.people
      ?.map(({ id }) => id)
      .sort()
      .join()
  }

  /** Everybody who was ever told to have left. */
  get left(): string[] {
    return this.events.flatMap(({ left = [] }) => left)
  }
}
