import type { KubernetesObject } from '../chart/render.ts'

const ZONES = ['a', 'b', 'c']
const NODES_PER_ZONE = 2

/** Machines in three zones, of the size on which a small cluster runs. kwok plays them. */
export const NODES: KubernetesObject[] = ZONES.flatMap((zone) =>
  Array.from({ length: NODES_PER_ZONE }, (_, at) => {
    const name = `node-${zone}${at}`
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
          // The profile "everything" asks for it.
          disk: 'ssd',
        },
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
      },
      status: {
        allocatable: { cpu: '64', memory: '256Gi', pods: '500' },
        capacity: { cpu: '64', memory: '256Gi', pods: '500' },
      },
    }
  }),
)

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
