import { z } from 'zod'
import type { Manifest } from './bake.ts'

const Labels = z.record(z.string(), z.string())
const Templated = z.looseObject({
  template: z.looseObject({ metadata: z.looseObject({ labels: Labels.default({}) }) }),
})

function mark(labels: Record<string, string>): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'causeway',
    ...labels,
    'app.kubernetes.io/managed-by': 'spinnaker',
  }
}

/** What Clouddriver's KubernetesManifestLabeler does to everything that it applies, and to the pods of it. */
export function relabel(manifests: readonly Manifest[]): Manifest[] {
  return manifests.map((manifest) => {
    const metadata = { ...manifest.metadata, labels: mark(manifest.metadata.labels) }
    const spec = Templated.safeParse(manifest.spec).data
    if (spec === undefined) return { ...manifest, metadata }
    const template = {
      ...spec.template,
      metadata: { ...spec.template.metadata, labels: mark(spec.template.metadata.labels) },
    }
    return { ...manifest, metadata, spec: { ...spec, template } }
  })
}

/** The labels of the pods that each workload makes, by its name. */
export function podLabels(manifests: readonly Manifest[]): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const { kind, metadata, spec } of manifests) {
    const labels = Templated.safeParse(spec).data?.template.metadata.labels
    if (labels !== undefined) found.set(`${kind} ${metadata.name}`, labels)
  }
  return found
}

const MatchLabels = z.looseObject({ matchLabels: Labels })
const Selecting = z.union([
  z.looseObject({ selector: MatchLabels }).transform(({ selector }) => selector.matchLabels),
  z.looseObject({ podSelector: MatchLabels }).transform((spec) => spec.podSelector.matchLabels),
  z.looseObject({ selector: Labels }).transform(({ selector }) => selector),
])

/** By what each object chooses pods. */
export function selectors(manifests: readonly Manifest[]): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const { kind, metadata, spec } of manifests) {
    const selector = Selecting.safeParse(spec).data
    if (selector !== undefined) found.set(`${kind} ${metadata.name}`, selector)
  }
  return found
}

/** The workloads whose pods an object chooses. */
export function chosen(
  selector: Record<string, string>,
  pods: Map<string, Record<string, string>>,
): string[] {
  return [...pods]
    .filter(([, labels]) => Object.entries(selector).every(([key, value]) => labels[key] === value))
    .map(([name]) => name)
}
