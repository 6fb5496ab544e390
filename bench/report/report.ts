import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { barChart } from './chart.ts'
import { ratiosOf } from './comparison.ts'
import { markdownTable } from './markdown.ts'
import { formatSpread } from './statistics.ts'
import type { Outcome, Results, Run } from './results.ts'

const INTRODUCTION = `# Benchmarks

\`npm run bench\` writes this page from its measurements; no figure is typed by hand. The data are in
[benchmarks.json](benchmarks.json).

Each scenario measures the gateway and its peers in the same run, in turn, each time in a fresh process. Figures are medians of the rounds, with the
least and the most in brackets. The server under test has one core to itself; the load client, the publisher, Redis and Postgres
share the others. Everything runs on one machine over the loopback interface, so no network is measured.

- **Causeway** is the gateway as \`npm start\` runs it, with its default configuration. Messages enter through Redis, written by the bridge's own code.
- **Nchan** is Debian's package at its best: one nginx worker, messages in its own memory (no Redis), no access log. Pipelined requests over one
  connection publish to it.
- **Causeway, before** is the gateway of an earlier commit, if \`--baseline\` names one; "now / before" are the ratios of each round's figures.
- **Centrifugo** keeps messages in its own memory; **Centrifugo on Redis** shares them with other nodes. It needs no token and keeps no
  history. Messages that are due together go to it in one request, one after the other: in parallel they would lose their order.
- **Mercure** is the hub of its library with the local transport, behind Go's own HTTP server; published to like Nchan. Go's servers have one processor each.
- **plain Node** is the most that \`node:http\` can do. It joins the messages of one turn of the event loop into one write per stream. It neither
  resumes nor checks, and knows no slow consumers.
`

/** Writes benchmarks.md and its charts into `dir`, in the given order of scenarios, without those that have no results. */
export function writeReport(dir: string, results: Results, order: readonly string[]): void {
  const parts = [INTRODUCTION]
  for (const name of order) {
    const run = results[name]
    if (run === undefined) continue
    const charts = run.outcome.charts.map((metric, at) => {
      const file = `bench-${name}${at === 0 ? '' : `-${at + 1}`}.svg`
      const series = run.outcome.series.filter((each) => each.metric === metric)
      writeFileSync(join(dir, file), barChart(`${run.outcome.title}: ${metric}`, series))
      return `![${metric}](${file})`
    })
    parts.push(section(run, charts))
  }
  writeFileSync(join(dir, 'benchmarks.md'), parts.join('\n'))
}

/** An outcome as Markdown, for the terminal and for its section of the page. */
export function formatOutcome({ title, method, series, claims }: Outcome): string {
  const metrics = [...new Set(series.map(({ metric }) => metric))]
  const targets = [...new Set(series.map(({ target }) => target))]
  const ratios = metrics.map((metric) => ratiosOf(series, metric))
  const isCompared = ratios.some((each) => each.length > 0)
  const cell = (target: string, metric: string): string => {
    const found = series.find((each) => each.target === target && each.metric === metric)
    return found === undefined ? '' : formatSpread(found.values)
  }
  const table = markdownTable(
    ['', ...targets, ...(isCompared ? ['now / before'] : [])],
    metrics.map((metric, at) => [
      metric,
      ...targets.map((target) => cell(target, metric)),
      ...(isCompared ? [formatRatios(ratios[at] ?? [])] : []),
    ]),
    (column) => column > 0,
  )
  const verdicts = claims.map(
    ({ text, shown, holds }) => `- ${holds ? 'Holds' : '**Does not hold**'}: ${text}. ${shown}.`,
  )
  return [`## ${title}`, ...method, table, verdicts.join('\n')].join('\n\n')
}

function formatRatios(ratios: readonly number[]): string {
  return ratios.length === 0 ? '' : formatSpread(ratios)
}

function section(run: Run, charts: readonly string[]): string {
  const machine = Object.entries(run.machine).map(([name, value]) => `${name}: ${value}`)
  return [
    formatOutcome(run.outcome),
    ...charts,
    `\`${run.command}\` · ${run.rounds} rounds · ${run.finishedAt}`,
    `<details><summary>Machine and versions</summary>\n\n${machine.map((line) => `- ${line}`).join('\n')}\n\n</details>\n`,
  ].join('\n\n')
}
