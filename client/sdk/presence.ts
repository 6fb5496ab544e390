import type { Causeway } from './causeway.ts'
import { channelQuery } from './source.ts'
import { isControl, isObject } from './typeGuards.ts'
import type { Sender } from '../../contract/message.ts'
import type { PresenceEvent, PresencePage } from '../../contract/presence.ts'

/** What is known of a channel after an event. Changes need the list before them. */
export function foldPresence(
  known: PresenceEvent | undefined,
  { channel, count, people, joined = [], left }: PresenceEvent,
): PresenceEvent {
  if (people !== undefined) return { channel, count, people }
  if (left === undefined || known?.people === undefined) return { channel, count }
  const byId = new Map(known.people.map((person) => [person.id, person]))
  for (const id of left) byId.delete(id)
  for (const person of joined) byId.set(person.id, person)
  return { channel, count, people: [...byId.values()] }
}

/** Who is in a channel, from the events of a stream that asked for its presence. */
export class Presence {
  #known: PresenceEvent | undefined

  receive(event: PresenceEvent): void {
    this.#known = foldPresence(this.#known, event)
  }

  /** Undefined until the first event. */
  get count(): number | undefined {
    return this.#known?.count
  }

  /** By their names. Undefined until the first event, and while there are too many to name. */
  get people(): readonly Sender[] | undefined {
    return this.#known?.people?.toSorted((one, other) => one.name.localeCompare(other.name))
  }
}

/** Who is in some channels now, without a stream. */
export async function presenceOf(
  causeway: Causeway,
  channels: readonly string[],
  signal?: AbortSignal,
): Promise<PresenceEvent[]> {
  const path = `presence?${channelQuery(channels).toString()}`
  return (await causeway.get(path, isPresencePage, signal)).channels
}

function isPresencePage(body: unknown): body is PresencePage {
  return (
    isObject(body) &&
    Array.isArray(body.channels) &&
    body.channels.every((each) => isControl('presence', each))
  )
}
