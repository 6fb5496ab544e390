import { join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { load } from './tools.ts'
import { readYaml } from './values.ts'

/** A rule of Prometheus: an alert, or a recorded query. */
interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  keep_firing_for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

export const RULES = join(ROOT, 'charts/causeway/files/rules.yaml')
export const RULES_TEST = join(ROOT, 'deploy/prometheus/causeway.rules.test.yaml')

export async function rules(): Promise<Rule[]> {
  const { groups }: { groups: { rules: Rule[] }[] } = Object(await readYaml(RULES))
  return groups.flatMap((group) => group.rules)
}

interface Tree {
  iterate(spec: {
    enter(node: { name: string; from: number; to: number; type: { isError: boolean } }): void
  }): void
}

/** The names of the metrics in a query. Throws if Prometheus' own grammar does not accept it. */
export async function metricsOf(promql: string): Promise<string[]> {
  const grammar = await load<{ parser: { parse(text: string): Tree } }>(
    '@prometheus-io/lezer-promql',
  )
  const names: string[] = []
  grammar.parser.parse(promql).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new Error(`${promql} is no PromQL, at ${from}`)
      if (name !== 'VectorSelector') return
      const [metric = ''] = /^[^{[\s]+/.exec(promql.slice(from, to)) ?? []
      names.push(metric)
    },
  })
  return names
}
