import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeSystem } from '../../bench/machine/system.ts'
import { markdownTable } from '../../bench/report/markdown.ts'
import { ROOT } from '../../stack/root.ts'
import { examples } from './judge/violation.ts'
import type { FaultsOptions } from './main.ts'
import type { Result } from './runScenario.ts'
import { cells, HEADINGS, totals } from './table.ts'

/** Writes docs/reliability.md. Every figure in it comes from the run. */
export function writeReport(results: readonly Result[], options: FaultsOptions): void {
  const docs = join(ROOT, 'docs')
  mkdirSync(docs, { recursive: true })
  writeFileSync(join(docs, 'reliability.md'), render(results, options))
}

function render(results: readonly Result[], options: FaultsOptions): string {
  const notes = results.flatMap(({ id, notes: lines }) => lines.map((line) => `- ${id}: ${line}`))
  const violations = results.flatMap(({ id, judgement }) =>
    examples(judgement?.violations ?? [], 5).map(
      ({ word, detail }) => `- ${id}: ${word}: ${detail}`,
    ),
  )
  const run = {
    Date: new Date().toISOString(),
    ...describeSystem(),
    Seed: String(options.seed),
    Length: `${options.scale} × the usual`,
  }
  return `# The promise under every fault

\`${options.command}\` wrote this page; no figure in it is typed by hand.

${markdownTable(['', ''], Object.entries(run))}

The whole system runs on one machine (2 ingests, 2 bridges, 2 gateways, nginx, Postgres, Redis, Mosquitto), with a TCP proxy on
every link. Posts come at a steady rate, through nginx and straight to the ingests. A post without a definite answer is repeated
with its key. Readers of all channels, of one channel, and from a position in the past listen through nginx and straight to the
gateways. Four of them are the plain \`eventsource\` package. Streams send a heartbeat every 2 s, so that readers notice a silent
link; all other settings are the defaults. Publisher and readers write down what they sent and received. After each fault
\`test/faults/judge/judge.ts\` compares that with one dump of Postgres. The seconds in the second column are those of the usual length.

F50 to F52 run four logs. Each log is judged as if it were the only one. In the channels of logs that the fault does not touch, no post may
fail. No message may come there later than a second; on a slow machine, than three times the worst delay in the seconds before the fault.
The notes say what both kinds of logs noticed.

If other programs took much of the processors during a fault, its times and failed attempts are not judged. Its verdict then says *without
times*.

- **lost**: acknowledged but not stored, or stored but not delivered, or a hole in the log.
- **duplicated**: delivered twice to the application, or two messages for one key.
- **again on the wire**: arrived twice at a reader that compares positions and drops the second.
- **dishonest**: a gap or reset that was not true, or a message that differs from the log.
- **attempts failed**: statuses other than 200 and 201, or no answer. Each was repeated until it was settled. Posts may fail only if
  ingest or Postgres is hit, or the way to them.
- **worst delay**: the longest time from a commit to a reader, also during the fault.
- **recovered after**: from the end of the fault until every commit was delivered within a second again and every post was taken. At
  most 5 s.
- **told after**: from when it could first be seen that the log went back until the last open stream was sent \`reset\`.
  At most 2 s. If the log did not go back so far that it lost messages which readers had received, no stream may be sent one.

${table(results)}
${section('Notes', notes)}${section('Violations', violations)}`
}

function table(results: readonly Result[]): string {
  const bold = totals(results).map((value) => (value === '' ? '' : `**${value}**`))
  return markdownTable(HEADINGS, [...results.map((result) => cells(result)), bold], isFigure)
}

function isFigure(column: number): boolean {
  return column > 1 && column < HEADINGS.length - 1
}

function section(title: string, lines: string[]): string {
  return lines.length === 0 ? '' : `\n## ${title}\n\n${lines.join('\n')}\n`
}
