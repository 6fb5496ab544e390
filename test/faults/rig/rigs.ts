import { join } from 'node:path'
import { Random } from '../../model/random.ts'
import { Rig } from './rig.ts'
import type { Scenario } from '../scenario.ts'

/** One system that the faults share, and a separate one for each fault that needs it. */
export class Rigs {
  readonly #dir: string
  #shared: Rig | undefined
  #own: Rig | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  async take({ id, own }: Scenario, seed: number): Promise<Rig> {
    const random = new Random(seed)
    if (own !== undefined) {
      this.#own = await Rig.start({ dir: join(this.#dir, `stack-${id}`), random, ...own })
      return this.#own
    }
    this.#shared ??= await Rig.start({ dir: join(this.#dir, 'stack'), random })
    return this.#shared
  }

  async giveBack({ own }: Scenario): Promise<void> {
    if (own === undefined) return
    await this.#own?.stop()
    this.#own = undefined
  }

  async stop(): Promise<void> {
    const open = [this.#shared ?? [], this.#own ?? []].flat()
    this.#shared = this.#own = undefined
    await Promise.all(open.map((rig) => rig.stop()))
  }
}
