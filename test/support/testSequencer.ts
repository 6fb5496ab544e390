import { Sequencer, type Action } from '../../bridge/sequencer.ts'
import type { Entry } from '../../contract/message.ts'

/** A message with so many characters. */
export const entryAt = (position: number, length = 0): Entry => ({
  position,
  previous: 0,
  channel: 'a',
  json: 'x'.repeat(length),
})

export const entries = (...positions: number[]): Entry[] =>
  positions.map((position) => entryAt(position))

export const span = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** A sequencer that writes down what it does. */
export class TestSequencer {
  readonly sequencer: Sequencer
  #actions: string[] = []

  constructor() {
    this.sequencer = new Sequencer((action) => void this.#actions.push(describeAction(action)))
  }

  /** The actions since it was asked last. */
  news(): string[] {
    return this.#actions.splice(0)
  }

  /** Copies come over MQTT. */
  hear(...positions: number[]): void {
    for (const entry of entries(...positions)) this.sequencer.entry('e1', entry)
  }

  /** Redis has the log whole, up to `head`. */
  level(head: number): void {
    this.sequencer.log('e1', head)
    this.sequencer.opened('e1', head)
    this.news()
  }
}

function describeAction(action: Action): string {
  switch (action.type) {
    case 'open':
      return `open ${action.epoch} at ${action.floor}`
    case 'append':
      return `append ${action.after}: ${action.entries.map(({ position }) => position).join(' ')}`
    case 'fetch':
      return `fetch ${action.after}-${action.upTo}`
    case 'wait':
      return `wait at ${action.head}`
  }
}
