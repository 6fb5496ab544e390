import { join } from 'node:path'
import { at } from '../../../deploy/generate/chartReadme.ts'
import { helm, type Helm } from '../tools/tools.ts'
import { CHART, parseDocuments } from '../tools/values.ts'

/** An object of Kubernetes, of which only the head is known. */
export interface KubernetesObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
}

/** The values in ci/, each a way to install the chart. */
export const PROFILES = [
  'laptop',
  'small',
  'ha',
  'external-tls',
  'everything',
  'migration',
] as const
export type Profile = (typeof PROFILES)[number]

/** What a cluster with the operators offers beyond Kubernetes' own. */
const OPERATORS = ['--api-versions', 'monitoring.coreos.com/v1']

export function valuesFile(profile: Profile): string {
  return join(CHART, 'ci', `${profile}-values.yaml`)
}

export function renderText(profile: Profile, args: string[] = [], version: Helm = 'helm3'): string {
  return helm(
    version,
    'template',
    'causeway',
    CHART,
    '-f',
    valuesFile(profile),
    ...OPERATORS,
    ...args,
  )
}

export async function renderChart(
  profile: Profile,
  args: string[] = [],
  version: Helm = 'helm3',
): Promise<KubernetesObject[]> {
  return (await parseDocuments(renderText(profile, args, version))).map(asObject)
}

function asObject(value: unknown): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest }: Partial<KubernetesObject> = Object(value)
  if (apiVersion === undefined || kind === undefined || metadata === undefined) {
    throw new Error(`This is no object of Kubernetes: ${JSON.stringify(value).slice(0, 200)}`)
  }
  return { apiVersion, kind, metadata, ...rest }
}

/** What a dotted path leads to; the caller says what it expects to be there. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the strict check has seen the object
export function get<T>(value: unknown, path: string): T {
  const found: unknown = at(value, path)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return found as T
}

export function named(objects: KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((each) => each.kind === kind && each.metadata.name === name)
  if (found === undefined) throw new Error(`There is no ${kind} ${name}`)
  return found
}

export const WORKLOADS = ['Deployment', 'StatefulSet', 'Job', 'Pod']

export interface PodTemplate {
  metadata: KubernetesObject['metadata']
  spec: Record<string, unknown>
}

/** The template of a workload's pods; a Pod is its own. */
export function podOf(object: KubernetesObject): PodTemplate {
  return object.kind === 'Pod'
    ? { metadata: object.metadata, spec: get(object, 'spec') }
    : get(object, 'spec.template')
}

export function containersOf(object: KubernetesObject): Record<string, unknown>[] {
  return get(podOf(object), 'spec.containers')
}
