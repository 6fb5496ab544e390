import { Counter, type Registry } from 'prom-client'

interface PrimedCounterOptions<Label extends string> {
  name: string
  help: string
  label: Label
  /** Its keys are the values that the label can have: of a record, `satisfies` can tell that none is left out. */
  values: Readonly<Record<string, unknown>>
}

/**
 * A counter with one label, at 0 for each of its values from the start. Otherwise a series would begin with its first event, at
 * 1, where neither `rate` nor `increase` sees a change: an alert would wait for the second.
 */
export function createPrimedCounter<Label extends string>(
  registry: Registry,
  { name, help, label, values }: PrimedCounterOptions<Label>,
): Counter<Label> {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] })
  for (const value of Object.keys(values)) counter.labels(value).inc(0)
  return counter
}
