import { z } from 'zod'
import type { Stage } from '../../deploy/spinnaker/stages.ts'
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
})

/** What a stage bakes with Helm 3, called as Spinnaker's Rosco calls it. Throws if the chart refuses the overrides. */
export async function bake(
  stage: Stage,
  chart: string,
): Promise<{ text: string; objects: KubernetesObject[] }> {
  const { outputName, namespace, rawOverrides, apiVersions, kubeVersion, overrides } =
    Bake.parse(stage)
  const cluster = ['--api-versions', apiVersions, '--kube-version', kubeVersion]
  const options = ['--namespace', namespace, ...cluster]
  const set = Object.entries(overrides).map(([key, value]) => `${key}=${value}`)
  const rendered = helm(
    'helm3',
    'template',
    outputName,
    chart,
    ...options,
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
