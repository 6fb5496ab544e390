import { z } from 'zod'

const Effect = z.strictObject({
  allowedIncrease: z.number().min(1),
  criticalIncrease: z.number().optional(),
})

/** Kayenta's canary configuration for Prometheus, as far as ours uses it. */
export const CanaryConfig = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  applications: z.array(z.string()).min(1),
  configVersion: z.literal('1'),
  judge: z.strictObject({
    name: z.literal('NetflixACAJudge-v1.0'),
    judgeConfigurations: z.strictObject({}),
  }),
  metrics: z
    .array(
      z.strictObject({
        name: z.string(),
        groups: z.array(z.string()).length(1),
        scopeName: z.literal('default'),
        query: z.strictObject({
          type: z.literal('prometheus'),
          serviceType: z.literal('prometheus'),
          customInlineTemplate: z.string().startsWith('PromQL:'),
        }),
        analysisConfigurations: z.strictObject({
          canary: z.strictObject({
            direction: z.enum(['increase', 'decrease', 'either']),
            nanStrategy: z.enum(['remove', 'replace']),
            critical: z.literal(true).optional(),
            mustHaveData: z.literal(true).optional(),
            effectSize: Effect,
          }),
        }),
      }),
    )
    .min(1),
  templates: z.record(z.string(), z.string()),
  classifier: z.strictObject({ groupWeights: z.record(z.string(), z.number()) }),
})
export type CanaryConfig = z.infer<typeof CanaryConfig>

/** The query without Kayenta's prefix. */
export function queryOf(metric: CanaryConfig['metrics'][number]): string {
  return metric.query.customInlineTemplate.slice('PromQL:'.length)
}

/** What would make a judgement worthless. */
export function checkCanaryConfig({ metrics, classifier }: CanaryConfig): string[] {
  const weights = classifier.groupWeights
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  const groups = new Set(metrics.flatMap((metric) => metric.groups))
  return [
    ...(total === 100 ? [] : [`the groups weigh ${total}, not 100`]),
    ...[...groups].filter((group) => !(group in weights)).map((group) => `${group} has no weight`),
    ...Object.keys(weights)
      .filter((group) => !groups.has(group))
      .map((group) => `${group} weighs something and has no metric`),
    ...metrics.flatMap((metric) => {
      const query = queryOf(metric)
      const { critical, effectSize } = metric.analysisConfigurations.canary
      const series = query.split(/causeway_|nodejs_|process_/).length - 1
      const scoped = query.split('pod=~"${scope}-').length - 1
      const located = query.split('namespace="${location}"').length - 1
      return [
        ...(series === scoped && series === located
          ? []
          : [`"${metric.name}" mixes releases or namespaces`]),
        // Without it a critical metric that differs at all would fail the whole.
        ...(critical && effectSize.criticalIncrease === undefined
          ? [`"${metric.name}" does not say what is critical`]
          : []),
      ]
    }),
  ]
}
