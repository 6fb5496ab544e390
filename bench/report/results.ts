import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const Series = z.object({
  /** The server that was measured: a column of the table. */
  target: z.string(),
  /** The quantity, with its unit: a row. */
  metric: z.string(),
  /** One for each round, in their order. */
  values: z.array(z.number()),
})
export type Series = z.infer<typeof Series>

const Claim = z.object({
  /** What the gateway should show. */
  text: z.string(),
  /** What it showed, in words made from the figures. */
  shown: z.string(),
  holds: z.boolean(),
})
export type Claim = z.infer<typeof Claim>

export function claim(text: string, shown: string, holds: boolean): Claim {
  return { text, shown, holds }
}

const Outcome = z.object({
  title: z.string(),
  /** How it was measured, as paragraphs of Markdown. */
  method: z.array(z.string()),
  series: z.array(Series),
  claims: z.array(Claim),
  /** The metrics that get a chart. */
  charts: z.array(z.string()),
})
/** The findings of a scenario. */
export type Outcome = z.infer<typeof Outcome>

const Run = z.object({
  command: z.string(),
  finishedAt: z.string(),
  rounds: z.number(),
  machine: z.record(z.string(), z.string()),
  outcome: Outcome,
})
/** An outcome with its circumstances. */
export type Run = z.infer<typeof Run>

const Results = z.record(z.string(), Run)
/** The last run of each scenario, by the scenario's name. */
export type Results = z.infer<typeof Results>

export function readResults(path: string): Results {
  return existsSync(path) ? Results.parse(JSON.parse(readFileSync(path, 'utf8'))) : {}
}

export function writeResults(path: string, results: Results): void {
  writeFileSync(path, `${JSON.stringify(results, null, 1)}\n`)
}
