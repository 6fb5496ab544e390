import { join } from 'node:path'
import { z } from 'zod'
import type { Stage } from '../../deploy/spinnaker/stages.ts'
import { ROOT } from '../../stack/root.ts'
import { helm } from './tools/tools.ts'
import { parseDocuments } from './tools/values.ts'
import { asObject, type KubernetesObject } from './chart/render.ts'

const Bake = z.looseObject({
  outputName: z.string(),
  namespace: z.string(),
  rawOverrides: z.boolean(),
  apiVersions: z.string(),
  kubeVersion: z.string(),
  overrides: z.record(z.string(), z.string()),
  inputArtifacts: z.array(z.object({ id: z.string() })),
})

/** The file of an artifact with values, which the build stores: `production-values` and `running-production-values` are of two releases. */
function valuesOf(id: string): string {
  return join(ROOT, 'deploy/values', `${id.replace(/^running-|-values$/g, '')}.yaml`)
}

/** What a stage bakes with Helm 3, called as Spinnaker's Rosco calls it. Throws if the chart refuses the overrides. */
export async function bake(
  stage: Stage,
  chart: string,
): Promise<{ text: string; objects: KubernetesObject[] }> {
  const {
    outputName,
    namespace,
    rawOverrides,
    apiVersions,
    kubeVersion,
    overrides,
    inputArtifacts,
  } = Bake.parse(stage)
  const [, ...values] = inputArtifacts
  const files = values.flatMap(({ id }) => ['--values', valuesOf(id)])
  const cluster = ['--api-versions', apiVersions, '--kube-version', kubeVersion]
  const options = ['--namespace', namespace, ...cluster]
  const set = Object.entries(overrides).map(([key, value]) => `${key}=${value}`)
  const rendered = helm(
    'helm3',
    'template',
    outputName,
    chart,
    ...options,
    ...files,
    rawOverrides ? '--set' : '--set-string',
    set.join(','),
  )
  // Rosco leaves a chart's tests out, by this comment of Helm's.
  const documents = rendered.split(/^---\n/m)
  const text = documents
    .filter((document) => !/^# Source: .*\/templates\/tests\//m.test(document))
    .join('---\n')
  return { text, objects: (await parseDocuments(text)).map(asObject) }
}
