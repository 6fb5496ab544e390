import type { LinkedEntry } from '../../contract/message.ts'
import type { Action } from '../../bridge/actions.ts'
import { Sequencer } from '../../bridge/sequencer.ts'
import type { ModelRedis } from './redis.ts'
import type { World } from './world.ts'

/** The edge of `bridge/relay.ts`, around the same sequencer that runs in production. */
export class ModelBridge {
  readonly #world: World
  readonly #redis: ModelRedis
  #sequencer: Sequencer
  #life = 0
  #looks = 0
  /** Messages read at once, adapted like `chassis/readSize.ts`. */
  #readSize = MAX_READ

  constructor(world: World, redis: ModelRedis) {
    this.#world = world
    this.#redis = redis
    this.#sequencer = this.#begin()
    this.#tick()
  }

  receive(epoch: string, entry: LinkedEntry, isForged = false): void {
    const { macs, links } = this.#world.ablations
    if (isForged && macs !== false) return
    const linked = links === false ? { ...entry, link: '' } : entry
    if (!this.#sequencer.receive(epoch, linked)) this.#look()
  }

  /** SIGKILL and start: it forgets everything, and pending answers never arrive. */
  restart(): void {
    this.#life++
    this.#looks = 0
    this.#readSize = MAX_READ
    this.#sequencer = this.#begin()
  }

  #begin(): Sequencer {
    const life = this.#life
    return new Sequencer((action) => this.#carryOut(action, life))
  }

  #tick(): void {
    const { clock, random, ablations } = this.#world
    clock.after(random.between(900, 1_100), () => {
      this.#tick()
      this.#sequencer.tick()
      this.#watermark()
      if (ablations.headCheck === false && this.#looks > 0) return
      this.#looks++
      this.#look()
    })
  }

  #look(): void {
    const life = this.#life
    const world = this.#world
    const { mark } = this.#sequencer
    if (world.ablations.compare === false) mark.epoch = undefined
    world.query(
      () => ({
        epoch: world.epoch,
        position: world.head,
        id: world.idAt(world.head),
        idAt: world.idAt(mark.position),
      }),
      (state) => {
        if (life === this.#life) this.#sequencer.logSeen(state, mark)
      },
      // The next tick asks again.
      () => {},
    )
  }

  #watermark(): void {
    const { clock, random } = this.#world
    const { epoch } = this.#sequencer
    if (!this.#redis.up || epoch === undefined) return
    const extent = this.#redis.watermark(epoch)
    const life = this.#life
    clock.after(random.between(0, 10), () => {
      if (life === this.#life) this.#sequencer.redisSeen(epoch, extent)
    })
  }

  #carryOut(action: Action, life: number): void {
    const { clock, random } = this.#world
    const settle = (run: () => void) => (): void => {
      if (life === this.#life) run()
    }
    const failed = settle(() => this.#sequencer.failed())
    if (action.type === 'wait') {
      clock.after(
        40,
        settle(() => this.#sequencer.waited(action.head)),
      )
    } else if (action.type === 'fetch') {
      this.#fetch(action, settle)
    } else if (action.type === 'end') {
      const { epoch, place } = action
      this.#world.query(
        () => this.#world.endEpoch(epoch, place),
        (isEnded) =>
          settle(() => {
            this.#sequencer.ended()
            if (isEnded) this.#look()
          })(),
        settle(() => this.#sequencer.ended()),
      )
    } else {
      clock.after(random.between(0, 10), () => {
        // The script may have run even if its answer is lost.
        const lost = this.#world.mishap(0.01)
        if (!this.#redis.up) return clock.after(random.between(0, 20), failed)
        if (action.type === 'open') {
          const extent = this.#redis.open(action.epoch, action.low)
          clock.after(
            random.between(0, 10),
            lost ? failed : settle(() => this.#sequencer.opened(extent)),
          )
        } else {
          const { after, entries } = action
          const extent = this.#redis.append(after, entries)
          clock.after(
            random.between(0, 10),
            lost ? failed : settle(() => this.#sequencer.appended(after.epoch, extent)),
          )
        }
      })
    }
  }

  #fetch(
    { epoch, after, upTo }: Extract<Action, { type: 'fetch' }>,
    settle: (run: () => void) => () => void,
  ): void {
    const { ablations, limits } = this.#world
    const end = Math.min(upTo, after.position + this.#readSize)
    this.#world.query(
      () => {
        if (end - after.position > limits.read) return undefined
        const entries = this.#world.read(epoch, after.position, end)
        const idAt = ablations.compare === false ? '' : this.#world.idAt(after.position)
        return entries && { entries: ablations.gapFill === false ? [] : entries, idAt }
      },
      (found) =>
        settle(() => {
          this.#readSize = Math.min(MAX_READ, this.#readSize + 1)
          this.#sequencer.fetched(epoch, after, found)
        })(),
      settle(() => {
        if (ablations.smaller !== false) this.#readSize = Math.max(1, this.#readSize >> 1)
        this.#sequencer.failed()
      }),
    )
  }
}

const MAX_READ = 64
