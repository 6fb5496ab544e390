import type { Sender } from '../../contract/message.ts'
import { parsePrincipal } from '../../contract/principal.ts'
import { nameOf } from './senderLabel.ts'

/** So many people are remembered: the last ones seen. */
const MAX_PEOPLE = 500

/** What people write behind an `@`: the id of a user, or the name without spaces of somebody who has no account. */
export function handleOf(sender: Sender): string {
  const principal = parsePrincipal(sender.id)
  return principal?.kind === 'user'
    ? principal.id
    : nameOf(sender).replace(/[^\p{L}\p{N}_.-]+/gu, '')
}

/** The people seen lately, to complete their names and to tell who reacted. */
export class People {
  readonly #byId = new Map<string, Sender>()

  see(sender: Sender): void {
    this.#byId.delete(sender.id)
    this.#byId.set(sender.id, sender)
    const [oldest] = this.#byId.keys()
    if (this.#byId.size > MAX_PEOPLE && oldest !== undefined) this.#byId.delete(oldest)
  }

  name(id: string): string {
    const sender = this.#byId.get(id)
    if (sender !== undefined) return nameOf(sender)
    return parsePrincipal(id)?.id ?? id
  }

  /** At most `max` whose name or handle has a word that begins so; the last ones seen first. */
  find(text: string, max: number): Sender[] {
    const wanted = text.toLowerCase()
    const begins = (sender: Sender) =>
      [handleOf(sender), ...nameOf(sender).split(/\s+/)].some((word) =>
        word.toLowerCase().startsWith(wanted),
      )
    return [...this.#byId.values()].toReversed().filter(begins).slice(0, max)
  }
}
