import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import type { Cluster } from './cluster.ts'
import { partPath } from './paths.ts'

/** The smallest numbers that a Deployment had: of wanted pods, and of ready ones. */
export interface Lowest {
  wanted: number
  ready: number
}

const COLUMNS = '{.metadata.name} {.spec.replicas} {.status.readyReplicas}{"\\n"}'

/**
 * Watches every change of the Deployments of a namespace while `action` runs, and resolves to the smallest numbers of each. The
 * API server reports each change, so no dip is too short to be seen.
 */
export async function lowestDuring(
  cluster: Cluster,
  namespace: string,
  action: () => Promise<unknown>,
): Promise<Map<string, Lowest>> {
  const lowest = new Map<string, Lowest>()
  const options = ['--namespace', namespace, '--watch', `--output=jsonpath=${COLUMNS}`]
  const watch = spawn(partPath('kubectl'), ['get', 'deployments', ...options], { env: cluster.env })
  const lines = createInterface(watch.stdout)
  lines.on('line', (line) => {
    const [name = '', wanted, ready] = line.split(' ')
    const before = lowest.get(name)
    lowest.set(name, {
      wanted: Math.min(before?.wanted ?? Infinity, Number(wanted)),
      ready: Math.min(before?.ready ?? Infinity, Number(ready)),
    })
  })
  // What is there now comes first.
  await once(lines, 'line')
  try {
    await action()
  } finally {
    watch.kill()
    await once(watch, 'close')
  }
  return lowest
}
