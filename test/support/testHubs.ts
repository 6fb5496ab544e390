import { Cursor } from '../../contract/cursor.ts'
import type { Since } from '../../contract/since.ts'
import { sinceIn } from '../../gateway/events/sinceIn.ts'
import { Hubs } from '../../gateway/hub/hubs.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { JointSink } from '../../gateway/hub/jointSink.ts'
import type { JointSubscription } from '../../gateway/hub/jointSubscription.ts'
import type { Item } from '../../gateway/hub/replayBuffer.ts'
import { TestHub } from './testHub.ts'

/** A sink of a stream over several logs that records its events, each with its id. */
function testJointSink(told: string[]): JointSink<Item> & { isFull: boolean } {
  return {
    isFull: false,
    ready: ({ position, complete, channels }, at) =>
      void told.push(
        `${complete ? 'ready' : 'incomplete'} ${Object.keys(channels).join(' ')} after ${position}, at ${at}`,
      ),
    sendAs: ({ items }, idOf) => {
      for (const { channel, position } of items)
        told.push(`${channel}${position} at ${idOf(position)}`)
    },
    gap: ({ channel, after, before }, at) =>
      void told.push(`${channel} lacks ${after + 1}-${before - 1}, at ${at}`),
    reset: (reason, at, channels) =>
      void told.push(`reset of ${channels.join(' ')}, ${reason}, at ${at}`),
    end: (reason, at) => void told.push(`end, ${reason}, at ${at}`),
    drained: () => Promise.resolve(),
  }
}

/** Two hubs: channels that begin with `b` are of log 1, all others of log 0. Their epochs are `e1` and `f1`. */
export class TestHubs {
  readonly logs = [new TestHub(), new TestHub()] as const
  readonly told: string[] = []
  readonly sink = testJointSink(this.told)
  readonly hubs: Hubs<Item>
  /** The most channels. */
  room = 100
  /** What is done after this turn. */
  readonly #later: (() => void)[] = []
  /** The logs for which a start is looked for; they are found by `find`. */
  readonly #asked: { log: number; found: (start: Start<Item>) => void }[] = []

  constructor() {
    this.logs[1].epoch = 'f1'
    this.hubs = new Hubs<Item>({
      hubs: new Map(this.logs.map(({ hub }, log) => [log, hub])),
      logOf: (channel) => (channel.startsWith('b') ? 1 : 0),
      later: (run) => void this.#later.push(run),
      hasRoomFor: (total) => total <= this.room,
      now: () => 0,
    })
  }

  /** A stream whose start in each log is found at once, from an id or from now on. */
  join(channels: string, since: Since = { kind: 'now' }): JointSubscription<Item> {
    const startIn = (log: number) => sinceIn(log, { since }, (...of) => this.hubs.logWith(...of))
    return this.#join(
      channels,
      (log) => {
        const asked = startIn(log)
        return asked.kind === 'id' ? new Cursor(asked.epoch, asked.position) : undefined
      },
      (log, found) => {
        const asked = startIn(log)
        if (asked.kind === 'id') found({ epoch: asked.epoch, after: asked.position })
        else found(asked.kind === 'now' ? { isUnnamed: asked.isUnnamed } : {})
      },
    )
  }

  /** A stream whose starts are found by `find`. */
  joinLater(channels: string): JointSubscription<Item> {
    return this.#join(
      channels,
      () => undefined,
      (log, found) => void this.#asked.push({ log, found }),
    )
  }

  /** The answers for a log, all of them. */
  find(log: number, start: Start<Item>): void {
    for (const asked of this.#asked.splice(0)) {
      if (asked.log === log) asked.found(start)
      else this.#asked.push(asked)
    }
  }

  /** Ends the turn. */
  turn(): void {
    for (const run of this.#later.splice(0)) run()
  }

  /** The events since the last call. */
  news(): string[] {
    for (const { hub } of this.logs) hub.fanout.flush()
    return this.told.splice(0)
  }

  #join(
    channels: string,
    placeIn: (log: number) => Cursor | undefined,
    find: (log: number, found: (start: Start<Item>) => void) => void,
  ): JointSubscription<Item> {
    const logs = this.hubs.split(channels.split(' '))
    const asked = {
      placeIn,
      find: (log: number, _names: readonly string[], found: (start: Start<Item>) => void) =>
        find(log, found),
    }
    return this.hubs.joinAll(logs, asked, this.sink)
  }
}
