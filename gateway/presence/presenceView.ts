import type { Sender } from '../../contract/message.ts'
import { escapeLineEnds } from '../../contract/messageEvent.ts'
import type { PresenceEvent } from '../../contract/presence.ts'

/** People by their ids; undefined if there are too many, so that only their number is known. */
interface Present {
  count: number
  people: ReadonlyMap<string, Sender> | undefined
}

/**
 * Who is in a channel: as Redis says, and as streams were told last. Changes between two calls of `publish` become one event. Each
 * event is rendered once, however many streams get it.
 */
export class PresenceView {
  readonly channel: string
  /** Counts what was told; 0: nothing is known yet. */
  version = 0
  readonly #open: (sealed: string) => Sender | undefined
  /** What was sealed, by the texts in Redis: to verify is dearer than to look up. */
  #opened = new Map<string, Sender | undefined>()
  #now: Present | undefined
  #told: Present | undefined
  #change: PresenceEvent | undefined
  #changeText: string | undefined
  #wholeText: string | undefined

  /** `open` verifies a text that Redis has for somebody; undefined: it is forged. */
  constructor(channel: string, open: (sealed: string) => Sender | undefined) {
    this.channel = channel
    this.#open = open
  }

  /** What Redis has, the longest leases last; without `sealed` only the number. */
  take(count: number, sealed: readonly string[] | undefined): void {
    if (sealed === undefined) {
      this.#opened.clear()
      this.#now = { count, people: undefined }
      return
    }
    const opened = new Map<string, Sender | undefined>()
    const people = new Map<string, Sender>()
    for (const text of sealed) {
      const person = this.#opened.has(text) ? this.#opened.get(text) : this.#open(text)
      opened.set(text, person)
      if (person === undefined) continue
      // Somebody may be there under two names, by two gateways. The one that streams know stays, or it would change all the time.
      const isTold = this.#told?.people?.get(person.id)?.name === people.get(person.id)?.name
      if (!people.has(person.id) || !isTold) people.set(person.id, person)
    }
    this.#opened = opened
    this.#now = { count: people.size, people }
  }

  /** Takes what is known now as what streams are told from here on; false if that is nothing new. */
  publish(): boolean {
    if (this.#now === undefined) return false
    const change = this.#told && changeOf(this.channel, this.#told, this.#now)
    const isNew =
      this.#told === undefined ||
      (change === undefined
        ? this.#told.count !== this.#now.count || this.#told.people !== this.#now.people
        : (change.joined?.length ?? 0) + (change.left?.length ?? 0) > 0)
    if (!isNew) return false
    this.version++
    this.#told = this.#now
    this.#change = change
    this.#changeText = undefined
    this.#wholeText = undefined
    return true
  }

  /** What was told, whole; undefined if nothing is known yet. */
  get whole(): PresenceEvent | undefined {
    if (this.#told === undefined) return undefined
    const { count, people } = this.#told
    return people === undefined
      ? { channel: this.channel, count }
      : { channel: this.channel, count, people: [...people.values()] }
  }

  /** The event for a stream that was told `version` last; 0: nothing. */
  textFor(version: number): string {
    if (version > 0 && version === this.version - 1 && this.#change !== undefined) {
      this.#changeText ??= render(this.#change)
      return this.#changeText
    }
    this.#wholeText ??= this.whole === undefined ? '' : render(this.whole)
    return this.#wholeText
  }
}

/** Undefined if only numbers are known. */
function changeOf(channel: string, before: Present, after: Present): PresenceEvent | undefined {
  if (before.people === undefined || after.people === undefined) return undefined
  const joined: Sender[] = []
  const left: string[] = []
  for (const [id, person] of after.people) {
    if (before.people.get(id)?.name !== person.name) joined.push(person)
  }
  for (const id of before.people.keys()) if (!after.people.has(id)) left.push(id)
  return { channel, count: after.count, joined, left }
}

function render(event: PresenceEvent): string {
  return `event:presence\ndata:${escapeLineEnds(JSON.stringify(event))}\n\n`
}
