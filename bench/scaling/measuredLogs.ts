import { markdownTable } from '../report/markdown.ts'
import type { Results } from '../report/results.ts'
import { format, median } from '../report/statistics.ts'

const METRICS = ['messages/s, durable', 'messages/s, delivered']

/** What one log and several carried in `npm run bench -- logs`, as a table in Markdown; without a run, the command. */
export function renderMeasuredLogs(results: Results): string {
  const series = results['logs']?.outcome.series ?? []
  const targets = [...new Set(series.map(({ target }) => target))]
  if (targets.length === 0) return 'Not measured yet: `npm run bench -- logs`.'
  const rows = METRICS.map((metric) => {
    const rates = targets.map((target) =>
      median(series.find((each) => each.target === target && each.metric === metric)?.values ?? []),
    )
    return [
      metric,
      ...rates.map((rate) => `${format(rate)} (${format(rate / (rates[0] ?? NaN))} ×)`),
    ]
  })
  return markdownTable(['', ...targets], rows, (column) => column > 0)
}
