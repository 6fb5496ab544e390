import { isDeletion } from '../../contract/about.ts'
import type { Entry } from '../../contract/message.ts'
import { Follower } from '../../gateway/feed/follower.ts'
import { ReplayBuffer } from '../../gateway/hub/replayBuffer.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { ModelFollowedLog } from './followedLog.ts'
import { LooseHub } from './looseHub.ts'
import type { ModelSubscription } from './subscription.ts'
import type { World } from './world.ts'

export interface ModelItem extends Entry {
  isDeletion?: boolean
}

/** What a gateway's edges are attached to. `alive` lets a callback do nothing once the gateway has been killed. */
export interface Attached {
  world: World
  alive: (run: () => void) => () => void
  follower: () => Follower<Entry>
  link: () => ModelSubscription
  whenDrained: (subscription: Subscription<Entry>, run: () => void) => void
  read: (subscription: Subscription<Entry>, upTo: number) => void
}

/** The hub, as `gateway/main.ts` makes it, with a buffer of any size. */
export function createHub({
  world,
  alive,
  follower,
  whenDrained,
  read,
}: Attached): LooseHub<Entry> {
  const { clock, random } = world
  const buffer = new ReplayBuffer<Entry>({
    maxItems: random.between(0, 20),
    maxBytes: 1e9,
    chunkBytes: random.between(1, 9),
    sizeOf: () => 1,
  })
  const hub = new LooseHub<Entry>(
    {
      want: (channels) => follower().wanted(channels),
      askSoon: () =>
        clock.after(
          0,
          alive(() => follower().ask()),
        ),
      idOf: ({ id }) => id,
      flushSoon: () => clock.after(random.between(0, 3), () => hub.fanout.flush()),
      pause: (subscription) =>
        whenDrained(
          subscription,
          alive(() => hub.replay(subscription, { items: [] }, subscription.cursor.position)),
        ),
      read: (subscription, upTo) =>
        whenDrained(
          subscription,
          alive(() => read(subscription, upTo)),
        ),
    },
    buffer,
    world.ablations,
  )
  return hub
}

/** The follower, as \`gateway/feed/feed.ts\` makes it. */
export function createFollower(
  { world, alive, link }: Attached,
  hub: LooseHub<Entry>,
): Follower<Entry> {
  const { random } = world
  const log = new ModelFollowedLog(world, () => hub)
  const follower = new Follower<Entry>(
    hub,
    {
      subscribe: (channels) =>
        link().subscribe(
          channels.map(({ name }) => name),
          () => hub.come(channels),
        ),
      unsubscribe: (channels) => link().unsubscribe(channels.map(({ name }) => name)),
      reconnect: () => link().cut(true),
      ask: (question) =>
        log.heads(
          question.channels.map(({ name }) => name),
          (heads) => alive(() => follower.answered(question, heads))(),
          alive(() => hub.unanswered(question)),
        ),
      look: () => {
        if (world.ablations.look === false) return
        log.heads(
          [],
          (heads) => alive(() => follower.looked(heads))(),
          () => {},
        )
      },
      scan: (scan) =>
        log.scan(
          scan,
          (scanned) => {
            const items = scanned.items.map((entry) => toItem(world, entry))
            alive(() => follower.scanned(scan, { ...scanned, items }))()
          },
          alive(() => follower.scanFailed(scan)),
        ),
    },
    {
      linkTimeoutMs: 3_000,
      lookMs: 1_000,
      unsubscribeDelayMs: random.chance(0.3) ? 0 : random.between(0, 3_000),
      crowdedAt: random.chance(0.2) ? 2 : 100,
      minReadyMs: random.chance(0.5) ? 0 : 5_000,
      maxBuffer: { items: random.between(3, 50), bytes: random.between(3, 50) },
      sizeOf: () => 1,
    },
  )
  return follower
}

/** Like \`renderMessage\`. */
export function toItem({ ablations }: World, entry: Entry): ModelItem {
  const forgets = ablations.gatewayForgets !== false
  return { ...entry, isDeletion: forgets && isDeletion(entry.json) }
}
