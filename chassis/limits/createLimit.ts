import { Allowance } from './allowance.ts'
import { Limit, type LimitSide, type Refusals } from './limit.ts'
import { LimitStore, type StoreOptions } from './store.ts'

export interface LimitSpec {
  /** E.g. `posts`; the side of the addresses is then `posts-by-address`. */
  name: string
  /** Points per principal and minute; Infinity: no limit. */
  perPrincipal: number
  /** Points per address and minute; Infinity: no limit. */
  perAddress: number
  unit?: LimitSide['unit']
}

export interface SharedLimitsOptions extends StoreOptions {
  refusals: Refusals
  /** Milliseconds; never runs backwards. */
  now: () => number
}

/** A burst of a minute's points is let pass, and whoever is refused waits for a minute at most. */
const WINDOW_SECONDS = 60

/** A limit per minute that all replicas share. */
export function createLimit(spec: LimitSpec, options: SharedLimitsOptions): Limit {
  const { now, refusals } = options
  const { name, unit } = spec
  const side = (sideName: string, points: number, keyOf: LimitSide['keyOf']): LimitSide[] => {
    if (points === Infinity) return []
    const store = new LimitStore(sideName, points, WINDOW_SECONDS, options)
    const endOf = (begin: number): number => begin + WINDOW_SECONDS * 1_000
    const allowance = new Allowance({ points, endOf, now, store })
    return [{ name: sideName, keyOf, allowance, windowSeconds: WINDOW_SECONDS, unit }]
  }
  const sides = [
    ...side(name, spec.perPrincipal, ({ principal }) => principal),
    ...side(`${name}-by-address`, spec.perAddress, ({ address }) => address),
  ]
  return new Limit(sides, refusals)
}
