import type { EventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import type { World } from './world.ts'

/** What a reader got of one log, and every breach of the promise there. */
export class LogRecord {
  readonly #world: World
  readonly #violations: { epoch: string; text: string }[] = []
  readonly #lasts = new Map<string, number>()
  /** In this epoch: the position at which each channel began for the reader, and the ids of all messages since. */
  readonly #starts = new Map<string, number>()
  readonly #ids = new Map<string, string[]>()
  /** Up to where the reader was sent everything. */
  #place: EventId | undefined
  /** The epochs from which it came to the last `ready`. */
  #before: string[] = []

  constructor(world: World) {
    this.#world = world
  }

  breach(epoch: string, text: string): void {
    this.#violations.push({ epoch, text: `log ${this.#world.number}: ${text}` })
  }

  /** `asked`: the place that the reader's id named in this log; undefined if it named none. */
  ready(
    { epoch, position }: EventId,
    asked: EventId | undefined,
    complete: boolean,
    names: readonly string[],
  ): void {
    const isNew = asked === undefined || !complete
    if (!isNew && position !== asked.position) {
      this.breach(epoch, `resumed at ${position} instead of ${asked.position}`)
    }
    // A beginning, or a new one: every later message of each channel is owed.
    for (const name of names) if (isNew || !this.#lasts.has(name)) this.#begin(name, position)
    this.#before = [asked, this.#place].flatMap((place) => place?.epoch ?? [])
    this.#place = { epoch, position }
  }

  /** Honest only if the id, or the stream before, really was of another epoch. */
  reset(epoch: string): void {
    if (this.#before.every((each) => each === epoch)) this.breach(epoch, 'reset')
  }

  /** An event that is no message says that everything up to its id was sent. */
  take(place: EventId): void {
    const { epoch, position } = place
    const last = this.#place
    if (last?.epoch === epoch && position < last.position) {
      this.breach(epoch, `id ${epoch}-${position} after ${last.epoch}-${last.position}`)
    }
    this.#place = place
  }

  receive(epoch: string, entry: Entry): void {
    const last = this.#lasts.get(entry.channel) ?? 0
    if (entry.position <= (this.#place?.position ?? 0)) {
      this.breach(
        epoch,
        `${entry.position} after ${this.#place?.position}: doubled or out of order`,
      )
    }
    if (entry.previous > last) {
      this.breach(epoch, `${entry.channel}: ${entry.previous} was skipped before ${entry.position}`)
    }
    this.#lasts.set(entry.channel, entry.position)
    this.#ids.get(entry.channel)?.push(entry.id)
    this.#place = { epoch, position: entry.position }
  }

  /** The reader does not hear this channel any more. */
  forget(name: string): void {
    this.#lasts.delete(name)
    this.#starts.delete(name)
    this.#ids.delete(name)
  }

  /**
   * Every breach, at the end of a run, when the system has recovered. If the log went back in an epoch, the `reset` at the end of that
   * epoch excuses the breaches in it.
   */
  violations(names: readonly string[]): string[] {
    const { epoch, wentBack } = this.#world
    const lasting = this.#violations.filter(
      (each) => each.epoch === epoch || !wentBack.has(each.epoch),
    )
    return [...lasting.map(({ text }) => text), ...this.#unfinished(names)]
  }

  #unfinished(names: readonly string[]): string[] {
    const { epoch, log } = this.#world
    if (names.length === 0) return []
    if (this.#place?.epoch !== epoch) return [`stayed in ${this.#place?.epoch}, not ${epoch}`]
    return names.flatMap((name) => {
      const start = this.#starts.get(name)
      if (start === undefined) return [`${name}: the stream never began`]
      const owed = log.filter(({ channel, position }) => channel === name && position > start)
      const expected = owed.map(({ id }) => id).join(' ')
      const found = this.#ids.get(name)?.join(' ') ?? ''
      return found === expected ? [] : [`${name} after ${start}: ${found} instead of ${expected}`]
    })
  }

  #begin(name: string, position: number): void {
    this.#lasts.set(name, position)
    this.#starts.set(name, position)
    this.#ids.set(name, [])
  }
}
