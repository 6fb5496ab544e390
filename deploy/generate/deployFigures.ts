import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { markdownTable } from '../../bench/report/markdown.ts'

/** The measurements of `npm run test:deploy -- --all`, in the order of the table. */
const NAMES = [
  'image of the services',
  'its list of contents',
  'start of an ingest',
  'start of a bridge',
  'start of a gateway',
  'start of an account',
  '`docker stop` of a gateway',
  'all gateways replaced',
  'all ingests and bridges replaced',
  'gateways scaled down from three to one, and up by one',
  'all edges replaced',
] as const
export type FigureName = (typeof NAMES)[number]

const Figures = z.partialRecord(
  z.enum(NAMES),
  z.object({
    /** Numbers by what they count, as in "22 seconds, 0 failed posts". */
    measured: z.record(z.string(), z.number()),
    finishedAt: z.string(),
    commit: z.string(),
    machine: z.string(),
  }),
)
/** The last successful measurement of each. */
export type Figures = z.infer<typeof Figures>

export function readFigures(path: string): Figures {
  return existsSync(path) ? Figures.parse(JSON.parse(readFileSync(path, 'utf8'))) : {}
}

export function writeFigures(path: string, figures: Figures): void {
  writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`)
}

/** The block of docs/deploy.md. */
export function renderFigures(figures: Figures): string {
  const machines = [...new Set(NAMES.flatMap((name) => figures[name]?.machine ?? []))]
  const rows = NAMES.map((name) => {
    const figure = figures[name]
    if (figure === undefined) {
      return [name, 'not measured yet: `npm run test:deploy -- --all` as root on Debian', '']
    }
    const { measured, finishedAt, commit } = figure
    const shown = Object.entries(measured).map(
      ([unit, value]) => `${value.toLocaleString('en-US')} ${unit}`,
    )
    return [name, shown.join(', '), `${finishedAt.slice(0, 10)}, ${commit}`]
  })
  const table = markdownTable(['what', 'measured', 'when, at which commit'], rows)
  if (machines.length === 0) return `${table}\n`
  return `${table}\n\nMeasured on ${machines.join('; and on ')}.\n`
}
