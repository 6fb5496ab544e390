import { format, median } from './statistics.ts'
import { claim, type Claim, type Series } from './results.ts'
import { BEFORE, NOW } from '../target.ts'

/** The gateway must still do this part of what it did before. */
const KEPT = 0.97

/** For each round, the gateway's figure now divided by that before. Empty without a baseline, or if both figures are 0. */
export function ratiosOf(series: readonly Series[], metric: string): number[] {
  const [now = [], before = []] = [NOW, BEFORE].map(
    (name) => series.find((each) => each.target === name && each.metric === metric)?.values,
  )
  return now
    .map((value, round) => value / (before[round] ?? NaN))
    .filter((ratio) => Number.isFinite(ratio))
}

/** The claim that the gateway has not become slower; empty without a baseline. `better` says which direction of the metric is good. */
export function keepsUp(
  series: readonly Series[],
  metric: string,
  better: 'more' | 'less',
): Claim[] {
  const ratios = ratiosOf(series, metric)
  if (ratios.length === 0) return []
  const ratio = median(ratios)
  const speed = better === 'more' ? ratio : 1 / ratio
  const text = `At least ${KEPT} times as fast as before: ${metric}`
  return [claim(text, `${format(speed)} times`, speed >= KEPT)]
}
