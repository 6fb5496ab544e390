import { z } from 'zod'
import { helm } from '../tools/tools.ts'
import { parseDocuments } from '../tools/values.ts'
import type { Stage } from './pipeline.ts'

/** One document, as far as it is looked at. */
export const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.unknown().optional(),
})
export type Manifest = z.infer<typeof Manifest>

const Bake = z.looseObject({
  outputName: z.string(),
  namespace: z.string(),
  rawOverrides: z.boolean(),
  includeCRDs: z.boolean(),
  apiVersions: z.string(),
  kubeVersion: z.string(),
  overrides: z.record(z.string(), z.string()),
})

/** The command by which Rosco bakes, as in its HelmTemplateUtils; values files it has none of. */
export function bakeCommand(stage: Stage, chart: string): string[] {
  const options = Bake.parse(stage)
  const overrides = Object.entries(options.overrides).map(([key, value]) => `${key}=${value}`)
  return [
    'template',
    options.outputName,
    chart,
    '--namespace',
    options.namespace,
    ...(options.includeCRDs ? ['--include-crds'] : []),
    ...options.apiVersions.split(',').flatMap((version) => ['--api-versions', version]),
    '--kube-version',
    options.kubeVersion,
    options.rawOverrides ? '--set' : '--set-string',
    overrides.join(','),
  ]
}

/** Rosco leaves a chart's tests out, by this comment of Helm's. */
const TESTS = /^# Source: .*\/templates\/tests\/.*/m

/** What the stage would hand to the next. Throws where Helm refuses it, as it does what the chart's schema does not know. */
export async function bake(
  stage: Stage,
  chart: string,
): Promise<{ text: string; manifests: Manifest[] }> {
  const rendered = helm('helm3', ...bakeCommand(stage, chart))
  const text = rendered
    .split(/^---\n/m)
    .filter((document) => !TESTS.test(document))
    .join('---\n')
  const documents = await parseDocuments(text)
  return { text, manifests: documents.map((document) => Manifest.parse(document)) }
}
