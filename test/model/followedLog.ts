import { contradicts, type Place } from '../../contract/place.ts'
import type { Entry } from '../../contract/message.ts'
import type { Scan } from '../../gateway/feed/followerPorts.ts'
import type { Heads } from '../../gateway/hub/source.ts'
import type { World } from './world.ts'

/** The result of a scan; see Follower. */
interface ModelScanned {
  epoch: string
  items: Entry[]
  upTo: Place
  isComplete: boolean
}

/** Reads the log as `gateway/feed/followedLog.ts` and the feed do. */
export class ModelFollowedLog {
  readonly #world: World
  readonly #followed: () => { epoch: string | undefined; place: Place }

  constructor(world: World, followed: () => { epoch: string | undefined; place: Place }) {
    this.#world = world
    this.#followed = followed
  }

  /** Looks at the log; if it went back, ends its epoch first. */
  heads(
    names: readonly string[],
    answer: (heads: Heads) => void,
    failed: () => void,
    isAgain = false,
  ): void {
    const world = this.#world
    const { epoch, place } = this.#followed()
    world.query(
      () => ({
        epoch: world.epoch,
        position: world.head,
        id: world.idAt(world.head),
        idAt: world.idAt(place.position),
        channels: new Map(names.map((name) => [name, world.headOf(name)])),
        lows: new Map(),
      }),
      (heads) => {
        const isSame = heads.epoch === epoch && world.ablations.compare !== false
        if (isAgain || !isSame || !contradicts(heads, place)) return answer(heads)
        world.query(
          () => world.endEpoch(heads.epoch, place),
          () => this.heads(names, answer, failed, true),
          failed,
        )
      },
      failed,
    )
  }

  scan(
    { after, channels }: Scan,
    answer: (scanned: ModelScanned) => void,
    failed: () => void,
  ): void {
    const world = this.#world
    this.heads(
      [],
      ({ epoch, ...head }) => {
        const { place } = this.#followed()
        const end = Math.max(after, Math.min(head.position, after + world.limits.scan))
        world.query(
          () => {
            const isOther = epoch !== this.#followed().epoch
            if (isOther) return { epoch, items: [], upTo: head, isComplete: true }
            // The log went back since its head was read, so this range means nothing.
            if (world.head < end) return undefined
            const items = world.read(epoch, after, end, new Set(channels))
            const idAt = world.ablations.compare === false ? '' : world.idAt(place.position)
            if (items === undefined || contradicts({ ...place, idAt }, place)) return undefined
            const upTo = { position: end, id: world.idAt(end) }
            return { epoch, items, upTo, isComplete: end >= head.position }
          },
          answer,
          failed,
        )
      },
      failed,
    )
  }
}
