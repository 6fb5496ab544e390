import { Counter, type Registry } from 'prom-client'

interface PrimedCounterOptions<Label extends string> {
  name: string
  help: string
  label: Label
  /** Its keys are the label's possible values: with a record, `satisfies` can check that none is missing. */
  values: Readonly<Record<string, unknown>>
}

/**
 * A counter with one label, at 0 for each of its values from the start. Otherwise a series would begin at 1 with its first event.
 * `rate` and `increase` see no change there, so an alert would wait for the second event.
 */
export function createPrimedCounter<Label extends string>(
  registry: Registry,
  { name, help, label, values }: PrimedCounterOptions<Label>,
): Counter<Label> {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] })
  for (const value of Object.keys(values)) counter.labels(value).inc(0)
  return counter
}
