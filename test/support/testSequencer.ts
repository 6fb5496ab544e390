import type { Action } from '../../bridge/actions.ts'
import { Sequencer } from '../../bridge/sequencer.ts'
import type { Extent } from '../../contract/extent.ts'
import type { LinkedEntry } from '../../contract/message.ts'
import type { Place } from '../../contract/place.ts'

/** The id of the message at a position; another history of the log has other ids. */
export const idOf = (position: number, history = 'm'): string =>
  position === 0 ? '' : `${history}${position}`

export const placeOf = (position: number, history?: string): Place => ({
  position,
  id: idOf(position, history),
})

/** The extent of Redis after a message. */
export const extentAt = (position: number, low = 0, epoch = 'e1'): Extent => ({
  ...placeOf(position),
  epoch,
  low,
})

/** A message with this number of characters. */
export const entryAt = (position: number, length = 0): LinkedEntry => ({
  ...placeOf(position),
  previous: 0,
  channel: 'a',
  json: 'x'.repeat(length),
  link: idOf(position - 1),
})

export const entries = (...positions: number[]): LinkedEntry[] =>
  positions.map((position) => entryAt(position))

export const span = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** A sequencer that records its actions. */
export class TestSequencer {
  readonly sequencer: Sequencer
  /** The actions since the last call of `news`. */
  readonly asked: Action[] = []

  constructor() {
    this.sequencer = new Sequencer((action) => void this.asked.push(action))
  }

  /** The actions since the last call. */
  news(): string[] {
    return this.asked.splice(0).map((action) => describeAction(action))
  }

  /** Delivers copies over MQTT. */
  hear(...positions: number[]): void {
    for (const entry of entries(...positions)) this.sequencer.receive('e1', entry)
  }

  /** Gives the log's head, with the id at Redis' place. */
  log(epoch: string, position: number, idAt = this.sequencer.mark.id): void {
    this.sequencer.logSeen({ epoch, ...placeOf(position), idAt }, this.sequencer.mark)
  }

  opened(epoch: string, position: number): void {
    this.sequencer.opened(extentAt(position, 0, epoch))
  }

  appended(epoch: string, position: number | undefined): void {
    const extent = position === undefined ? undefined : extentAt(position, 0, epoch)
    this.sequencer.appended(epoch, extent)
  }

  seen(epoch: string, position: number | undefined): void {
    this.sequencer.redisSeen(
      epoch,
      position === undefined ? undefined : extentAt(position, 0, epoch),
    )
  }

  /** Gives the log's answer to a read after Redis' head. */
  fetched(epoch: string, found: readonly LinkedEntry[]): void {
    const { mark } = this.sequencer
    this.sequencer.fetched(epoch, mark, { entries: found, idAt: mark.id })
  }

  /** Redis has the whole log, up to `head`. */
  inSync(head: number): void {
    this.log('e1', head)
    this.opened('e1', head)
    this.news()
  }
}

function describeAction(action: Action): string {
  switch (action.type) {
    case 'open':
      return `open ${action.epoch} at ${action.low.position}`
    case 'append':
      return `append ${action.after.position}: ${action.entries.map(({ position }) => position).join(' ')}`
    case 'fetch':
      return `fetch ${action.after.position}-${action.upTo}`
    case 'end':
      return `end ${action.epoch} at ${action.place.position}`
    case 'wait':
      return `wait at ${action.head}`
  }
}
