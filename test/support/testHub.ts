import { Hub } from '../../gateway/hub/hub.ts'
import type { Question } from '../../gateway/hub/source.ts'
import { ReplayBuffer, type Item } from '../../gateway/hub/replayBuffer.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { idAt, placeAt } from './testRedis.ts'
import { itemOf, testSink } from './testSink.ts'

/** A hub that records its requests and the events of its streams. The log answers when the test says so. */
export class TestHub {
  readonly hub: Hub<Item>
  readonly told: string[] = []
  /** The size of each item; a chunk of the replay buffer has at most 4. */
  itemSize = 1
  /** The epoch of its messages and of every answer. */
  epoch = 'e1'
  #isAskDue = false

  constructor() {
    const tell = (text: string): void => void this.told.push(text)
    this.hub = new Hub<Item>(
      {
        want: (channels) => tell(`want ${channels.map(({ name }) => name).join(' ')}`),
        askSoon: () => void (this.#isAskDue = true),
        flushSoon: () => {},
        idOf: ({ position }) => idAt(position),
        pause: () => tell('pause'),
        read: ({ cursor }, upTo) => tell(`read ${cursor.position}-${upTo}`),
      },
      new ReplayBuffer({
        maxItems: 4,
        maxBytes: 1_000,
        chunkBytes: 4,
        sizeOf: () => this.itemSize,
      }),
    )
  }

  begin(position: number): void {
    this.hub.begin(this.epoch, placeAt(position))
  }

  join(name: string, channels: string, start: Start<Item> = {}): Subscription<Item> {
    return this.hub.join(channels.split(' '), start, testSink(name, this.told))
  }

  /** From now on the messages of these channels arrive. */
  come(channels: string): void {
    const found = channels.split(' ').map((name) => this.hub.channels.get(name))
    this.hub.come(found.filter((channel) => channel !== undefined))
  }

  /** Ends the turn: asks the log, if the hub has a question. */
  ask(): Question<Item> | undefined {
    const question = this.#isAskDue ? this.hub.nextQuestion() : undefined
    this.#isAskDue = false
    if (question !== undefined) {
      const names = question.channels.map(({ name }) => ` ${name}`)
      const head = question.subscriptions.map(() => ' head')
      this.told.push(`ask${names.join('')}${head.join('')}`)
    }
    return question
  }

  answer(
    question: Question<Item> | undefined,
    position: number,
    heads: Record<string, number> = {},
    lows: Record<string, number> = {},
  ): void {
    if (question === undefined) throw new Error('There was no question.')
    const channels = new Map(Object.entries(heads))
    this.hub.answered(question, {
      epoch: this.epoch,
      ...placeAt(position),
      channels,
      lows: new Map(Object.entries(lows)),
    })
  }

  /** Makes these channels arrive, and the log answer the question for them. */
  ready(position: number, heads: Record<string, number>, lows: Record<string, number> = {}): void {
    this.come(Object.keys(heads).join(' '))
    const question = this.hub.nextQuestion()
    this.answer(question, position, heads, lows)
  }

  publish(channel: string, position: number, previous: number): void {
    this.hub.fanout.publish(itemOf(channel, position, previous))
  }

  /** The requests and events since the last call, in order. */
  news(): string[] {
    this.hub.fanout.flush()
    return this.told.splice(0)
  }
}
