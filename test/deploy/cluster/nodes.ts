import type { KubernetesObject } from '../chart/render.ts'

const ZONES = ['a', 'b', 'c']
const NODES_PER_ZONE = 2
/** The label, and the taint, of nodes that are drained. */
const POOL = 'pool'
const DRAINED = 'drained'

/** Machines in three zones, of the size on which a small cluster runs. kwok plays them. */
export const NODES = pool('shared', [])

/** As many again, which take only pods that ask for them: to drain a node waits for the budgets of everybody who has pods there. */
export const DRAINED_NODES = pool(DRAINED, [{ key: POOL, value: DRAINED, effect: 'NoSchedule' }])

/** Values with which the pods of a component, an own broker's aside, run there and nowhere else. */
export function onDrainedNodes(component: string): string[] {
  return [
    `${component}.nodeSelector.${POOL}=${DRAINED}`,
    `${component}.tolerations[0].key=${POOL}`,
    `${component}.tolerations[0].operator=Exists`,
  ]
}

function pool(label: string, taints: object[]): KubernetesObject[] {
  return ZONES.flatMap((zone) =>
    Array.from({ length: NODES_PER_ZONE }, (_, at) =>
      node(`${label}-${zone}${at}`, zone, label, taints),
    ),
  )
}

function node(name: string, zone: string, label: string, taints: object[]) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': zone,
        [POOL]: label,
        // The profile "everything" asks for it.
        disk: 'ssd',
      },
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
    },
    spec: { taints },
    status: {
      allocatable: { cpu: '64', memory: '256Gi', pods: '500' },
      capacity: { cpu: '64', memory: '256Gi', pods: '500' },
    },
  }
}

/** Volumes for the chart's own broker: nobody makes them here when they are asked for. */
export function storageClasses(): object[] {
  const className = 'fast'
  const volumes = ['', className].flatMap((storageClassName) =>
    Array.from({ length: 4 }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `volume-${storageClassName || 'default'}-${at}` },
      spec: {
        storageClassName,
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: `/volumes/${at}` },
      },
    })),
  )
  const provisioner = 'kubernetes.io/no-provisioner'
  const metadata = { name: className }
  return [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata, provisioner },
    ...volumes,
  ]
}
