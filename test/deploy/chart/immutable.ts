import { get, type KubernetesObject } from './render.ts'

/** What an API server refuses to change in place, by kind. A Job of helm's hooks is made anew each time. */
const IMMUTABLE: Record<string, string[]> = {
  Deployment: ['spec.selector'],
  StatefulSet: [
    'spec.selector',
    'spec.serviceName',
    'spec.volumeClaimTemplates',
    'spec.podManagementPolicy',
  ],
  Job: ['spec.selector', 'spec.template', 'spec.completionMode'],
  Service: ['spec.clusterIP'],
}

/** What could not be upgraded from one rendered release to the next; empty where all is well. */
export function brokenUpgrades(from: KubernetesObject[], to: KubernetesObject[]): string[] {
  const next = new Map(to.map((object) => [idOf(object), object]))
  return from.flatMap((old) => {
    const now = next.get(idOf(old))
    if (now === undefined || isHook(now)) return []
    return (IMMUTABLE[old.kind] ?? [])
      .filter((path) => text(old, path) !== text(now, path))
      .map((path) => `${idOf(old)}: ${path} cannot be changed`)
  })
}

function idOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`
}

function isHook({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.['helm.sh/hook'] !== undefined
}

function text(object: KubernetesObject, path: string): string {
  return JSON.stringify(get(object, path)) ?? 'nothing'
}
