import { format, median } from '../report/statistics.ts'
import type { Results } from '../report/results.ts'
import { markdownTable } from '../report/markdown.ts'
import { NOW } from '../target.ts'

/** A gateway sends new streams elsewhere above this part of its memory limit; the chart sets MAX_MEMORY_BYTES to it. */
const USABLE = 0.8
const COMMAND = 'npm run bench --'

/** The measured capacity of one gateway pod, as a table in Markdown. A missing figure names the command that measures it. */
export function renderCapacity(results: Results, memoryBytes: number): string {
  const figure = (scenario: string, metric: string): number | undefined => {
    const found = results[scenario]?.outcome.series.find(
      (each) => each.target === NOW && each.metric === metric,
    )
    return found === undefined ? undefined : median(found.values)
  }
  const perStream = figure('memory', 'kB a stream')
  const empty = figure('memory', 'empty, MB')
  const usable = memoryBytes * USABLE
  const rows: [string, string, number | undefined, string][] = [
    ['memory of an idle stream', 'memory', perStream, 'kB'],
    [
      `idle streams in ${format(usable / 1e6)} MB, which is eight tenths of the chart's limit`,
      'memory',
      perStream && empty && (usable - empty * 1e6) / (perStream * 1e3),
      '',
    ],
    ['deliveries a second, one core', 'fanout', figure('fanout', 'deliveries/s'), ''],
    ['of these with calm latency', 'fanout', figure('fanout', 'deliveries/s at 70 %'), ''],
    [
      'until 10,000 who come back at once are served',
      'storm',
      figure('storm', 's to the last message'),
      's',
    ],
  ]
  const cells = rows.map(([what, scenario, value, unit]) => [
    what,
    value === undefined
      ? `not measured yet: \`${COMMAND} ${scenario}\``
      : `${format(value)} ${unit}`.trim(),
  ])
  return markdownTable(['one gateway', 'measured'], cells)
}
