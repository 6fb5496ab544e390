import type { Entry } from '../../contract/message.ts'
import { Sequencer, type Action } from '../../bridge/sequencer.ts'
import type { ModelRedis } from './redis.ts'
import type { World } from './world.ts'

/** The edge of `bridge/relay.ts`, around the very sequencer that runs in production. */
export class ModelBridge {
  readonly #world: World
  readonly #redis: ModelRedis
  #sequencer: Sequencer
  #life = 0
  #looks = 0

  constructor(world: World, redis: ModelRedis) {
    this.#world = world
    this.#redis = redis
    this.#sequencer = this.#begin()
    this.#tick()
  }

  receive(epoch: string, entry: Entry): void {
    if (!this.#sequencer.entry(epoch, entry)) this.#look()
  }

  /** kill -9 and start: everything that it knew is gone, and what was under way never comes back. */
  restart(): void {
    this.#life++
    this.#looks = 0
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
      this.#beacon()
      if (ablations.headCheck === false && this.#looks > 0) return
      this.#looks++
      this.#look()
    })
  }

  #look(): void {
    const life = this.#life
    this.#world.query(
      () => ({ epoch: this.#world.epoch, head: this.#world.head }),
      ({ epoch, head }) => {
        if (life === this.#life) this.#sequencer.log(epoch, head)
      },
      // The next tick asks again.
      () => {},
    )
  }

  #beacon(): void {
    const { clock, random } = this.#world
    const { epoch } = this.#sequencer
    if (!this.#redis.up || epoch === undefined) return
    const head = this.#redis.beacon(epoch)
    const life = this.#life
    clock.after(random.between(0, 10), () => {
      if (life === this.#life) this.#sequencer.seen(epoch, head)
    })
  }

  #carryOut(action: Action, life: number): void {
    const { clock, random, ablations } = this.#world
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
      this.#world.query(
        () =>
          ablations.gapFill === false
            ? []
            : this.#world.read(action.epoch, action.after, action.upTo),
        (entries) => settle(() => this.#sequencer.fetched(action.epoch, entries))(),
        failed,
      )
    } else {
      clock.after(random.between(0, 10), () => {
        // The script may have run although its answer is lost.
        const lost = this.#world.mishap(0.01)
        if (!this.#redis.up) return clock.after(random.between(0, 20), failed)
        if (action.type === 'open') {
          const head = this.#redis.open(action.epoch, action.floor)
          clock.after(
            random.between(0, 10),
            lost ? failed : settle(() => this.#sequencer.opened(action.epoch, head)),
          )
        } else {
          const head = this.#redis.append(action.epoch, action.after, action.entries)
          clock.after(
            random.between(0, 10),
            lost ? failed : settle(() => this.#sequencer.appended(action.epoch, head)),
          )
        }
      })
    }
  }
}
