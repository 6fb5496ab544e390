import { format, median } from '../figures.ts'
import type { Results } from '../results.ts'
import { renderRows } from './rows.ts'

/** The part of its memory limit at which a gateway sends new streams elsewhere; the chart sets MAX_MEMORY_BYTES to it. */
const USABLE = 0.8
const TARGET = 'Causeway'
const COMMAND = 'npm run bench --'

/** What one gateway pod was measured to carry, as a table in Markdown. What has not been measured says so, with the command. */
export function renderCapacity(results: Results, memoryBytes: number): string {
  const figure = (scenario: string, metric: string): number | undefined => {
    const found = results[scenario]?.outcome.series.find(
      (each) => each.target === TARGET && each.metric === metric,
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
  return renderRows(['one gateway', 'measured'], cells, 'left')
}
