import { idOf, type Frame } from '../../gateway/hub/frame.ts'
import { Hub } from '../../gateway/hub/hub.ts'
import { Hubs } from '../../gateway/hub/hubs.ts'
import { ReplayBuffer, type Item } from '../../gateway/hub/replayBuffer.ts'

/** A hub without Redis and log: nothing is to be replayed. `answer` is called when it has a question about channels. */
export function createStreamHub(answer: () => void): Hub<Frame> {
  const hub: Hub<Frame> = new Hub<Frame>(
    {
      want: (channels) => {
        hub.come(channels)
        answer()
      },
      askSoon: () => void setImmediate(answer),
      flushSoon: () => void setImmediate(() => hub.fanout.flush()),
      idOf,
      pause: (subscription) =>
        void subscription.sink
          .drained()
          .then(() => hub.replay(subscription, { items: [] }, subscription.cursor.position)),
      read: (subscription, upTo) => hub.replay(subscription, { items: [] }, upTo),
    },
    new ReplayBuffer<Frame>({
      maxItems: 100_000,
      maxBytes: 1e9,
      chunkBytes: 524_288,
      sizeOf: ({ size }) => size,
    }),
  )
  return hub
}

/** The hubs of a gateway with one log. */
export function onlyHub<I extends Item>(hub: Hub<I>): Hubs<I> {
  return new Hubs({
    hubs: new Map([[0, hub]]),
    logOf: () => 0,
    later: (run) => void setImmediate(run),
    hasRoomFor: () => true,
    now: () => 0,
  })
}
