import { join } from 'node:path'
import { at } from '../../../deploy/generate/chartReadme.ts'
import { helm, type Helm } from '../tools/tools.ts'
import { CHART, parseDocuments } from '../tools/values.ts'

/** An object of Kubernetes; `get` reads the rest of it. */
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

/** The files of values in ci/, each one way to install the chart. */
export const PROFILES = [
  'laptop',
  'small',
  'ha',
  'external-tls',
  'everything',
  'migration',
] as const
export type Profile = (typeof PROFILES)[number]

/** The API of a cluster with prometheus-operator. */
const OPERATORS = ['--api-versions', 'monitoring.coreos.com/v1']

export function valuesFile(profile: Profile): string {
  return join(CHART, 'ci', `${profile}-values.yaml`)
}

const rendered = new Map<string, string>()

/** The chart as Helm renders it. The same question is asked of Helm once for each test file. */
export function renderText(profile: Profile, args: string[] = [], version: Helm = 'helm3'): string {
  const command = ['template', 'causeway', CHART, '-f', valuesFile(profile), ...OPERATORS, ...args]
  const key = [version, ...command].join('\0')
  const text = rendered.get(key) ?? helm(version, ...command)
  rendered.set(key, text)
  return text
}

export async function renderChart(
  profile: Profile,
  args: string[] = [],
  version: Helm = 'helm3',
): Promise<KubernetesObject[]> {
  return (await parseDocuments(renderText(profile, args, version))).map(asObject)
}

/** Checks that a document is an object of Kubernetes. */
export function asObject(value: unknown): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest }: Partial<KubernetesObject> = Object(value)
  if (apiVersion === undefined || kind === undefined || metadata === undefined) {
    throw new Error(`This is no object of Kubernetes: ${JSON.stringify(value).slice(0, 200)}`)
  }
  return { apiVersion, kind, metadata, ...rest }
}

/** The value at a dotted path, of the type that the caller expects there. */
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

interface PodTemplate {
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
