import type { Causeway } from '../../sdk/causeway.ts'
import { Presence } from '../../sdk/presence.ts'
import { Typing } from '../../sdk/signals.ts'
import { nameOf } from '../senderLabel.ts'
import { Store } from '../store.ts'
import type { Message, Sender } from '../../../contract/message.ts'
import type { PresenceEvent } from '../../../contract/presence.ts'
import type { Signal } from '../../../contract/signal.ts'

/** Who is in the open channel, and who types there. */
export class Company extends Store {
  readonly typing: Typing
  readonly #presence = new Presence()

  constructor(causeway: Causeway, channel: string, me: string) {
    super()
    this.typing = new Typing(causeway, { channel, me, changed: () => this.changed() })
  }

  /** How many are here; undefined if nobody knows. */
  get count(): number | undefined {
    return this.#presence.count
  }

  /** Who is here; undefined if nobody knows, or they are too many to name. */
  get here(): readonly Sender[] | undefined {
    return this.#presence.people
  }

  presence(event: PresenceEvent): void {
    this.#presence.receive(event)
    this.changed()
  }

  signal(signal: Signal): void {
    this.typing.receive(signal)
  }

  /** Whoever has sent a message does not type it any more. */
  message({ sender }: Message): void {
    this.typing.message(sender.id)
  }

  /** A key was pressed in the message box, or it is empty now. */
  typed(text: string): void {
    if (text === '') this.typing.stop()
    else this.typing.keystroke()
  }

  close(): void {
    this.typing.stop()
    this.typing.close()
  }
}

/** Who types, in words; empty if nobody does. */
export function typingText(people: readonly Sender[]): string {
  const [one, other, ...more] = people.map(nameOf)
  if (one === undefined) return ''
  if (other === undefined) return `${one} is typing…`
  return more.length === 0 ? `${one} and ${other} are typing…` : 'Several people are typing…'
}
