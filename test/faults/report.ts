import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem, type as osType, release } from 'node:os'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { ROOT } from '../../stack/root.ts'
import type { FaultsOptions } from './main.ts'
import type { Result } from './runScenario.ts'
import { cells, HEADINGS, totals } from './table.ts'
import { examples } from './violation.ts'

/** Writes docs/reliability.md. Every figure in it comes from the run. */
export async function writeReport(
  results: readonly Result[],
  options: FaultsOptions,
): Promise<void> {
  const path = join(ROOT, 'docs', 'reliability.md')
  const style = await resolveConfig(path)
  mkdirSync(join(ROOT, 'docs'), { recursive: true })
  writeFileSync(path, await format(render(results, options), { ...style, parser: 'markdown' }))
}

function render(results: readonly Result[], options: FaultsOptions): string {
  const notes = results.flatMap(({ id, notes: lines }) => lines.map((line) => `- ${id}: ${line}`))
  const violations = results.flatMap(({ id, judgement }) =>
    examples(judgement?.violations ?? [], 5).map(
      ({ word, detail }) => `- ${id}: ${word}: ${detail}`,
    ),
  )
  return `# The promise under every fault

Written by \`${options.command}\`; no figure here is typed by hand.

| | |
| --- | --- |
| date | ${new Date().toISOString()} |
| machine | ${cpus().length} × ${cpus()[0]?.model.trim() ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${osType()} ${release()} |
| Node | ${process.versions.node} |
| seed | ${options.seed} |
| length | ${options.scale} × the usual |

The whole system runs on one machine (2 ingests, 2 bridges, 2 gateways, nginx, Postgres, Redis, Mosquitto) with a TCP proxy on
every link. Posts come at a steady rate, through nginx and straight to the ingests; what has no definite answer is posted again
with its key. Readers of all channels, of one, and from a position in the past listen through nginx and straight to the gateways,
four of them by the plain \`eventsource\` package. Streams beat every 2 s, so that readers notice a silent link; everything else is
as by default. Everybody writes down what was sent, answered and heard; after each fault that is judged against one dump of
Postgres by \`test/faults/judge/judge.ts\`. The seconds in the second column are those of the usual length.

**lost**: acknowledged but not stored, or stored but not delivered, or a hole in the log. **duplicated**: twice to the
application, or two messages for one key. **again on the wire**: came twice to a reader that looks at positions and drops such.
**dishonest**: a gap or reset that was not true, or a message that is not as the log has it. **attempts failed**: answers other
than 200 and 201, or none; each was repeated until it was settled. **worst delay**: from the commit to a reader, during the fault
too. **recovered after**: from the end of the fault until everything committed was delivered within a second again and every post
was taken; at most 5 s. **told after**: where the log went back and so lost what readers had heard, from the moment in which
that could first be seen until the last open stream was told \`reset\`; at most 2 s. Elsewhere no stream may be told so. Posts may fail only where ingest or Postgres itself is hit, or the way to them.

${table(results)}
${section('Notes', notes)}${section('What was wrong', violations)}`
}

function table(results: readonly Result[]): string {
  const rule = row(HEADINGS.map((_, at) => (at < 2 || at === HEADINGS.length - 1 ? '---' : '---:')))
  const bold = totals(results).map((value) => `**${value}**`)
  return [row(HEADINGS), rule, ...results.map((result) => row(cells(result))), row(bold), ''].join(
    '\n',
  )
}

function section(title: string, lines: string[]): string {
  return lines.length === 0 ? '' : `\n## ${title}\n\n${lines.join('\n')}\n`
}

function row(values: string[]): string {
  return `| ${values.join(' | ')} |`
}
