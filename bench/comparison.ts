import { format, median } from './figures.ts'
import type { Claim, Series } from './results.ts'
import { BEFORE, NOW } from './target.ts'

/** The least that is left of what the gateway did before. */
const KEPT = 0.97

/** Of each round, what the gateway measures now by what it measured before; none without a baseline, or of nothing. */
export function ratiosOf(series: readonly Series[], metric: string): number[] {
  const [now = [], before = []] = [NOW, BEFORE].map(
    (name) => series.find((each) => each.target === name && each.metric === metric)?.values,
  )
  return now
    .map((value, round) => value / (before[round] ?? NaN))
    .filter((ratio) => Number.isFinite(ratio))
}

/** That the gateway has not become slower; nothing without a baseline. `better`: whether more or less of the metric is. */
export function keepsUp(
  series: readonly Series[],
  metric: string,
  better: 'more' | 'less',
): Claim[] {
  const ratios = ratiosOf(series, metric)
  if (ratios.length === 0) return []
  const ratio = median(ratios)
  const speed = better === 'more' ? ratio : 1 / ratio
  return [
    {
      text: `At least ${KEPT} times as fast as before: ${metric}`,
      shown: `${format(speed)} times`,
      holds: speed >= KEPT,
    },
  ]
}
