import { join } from 'node:path'
import { type Lack, toolsLack } from '../tools/tools.ts'

/** The variable that holds the folder that build.mjs made. */
export const BUILT = 'CAUSEWAY_CLUSTER'
/** The variable that holds the path of a kubeconfig for this run's cluster. */
export const KUBECONFIG = 'CAUSEWAY_KUBECONFIG'

/** Why there can be no control plane here; undefined if there can. */
export const clusterLack: Lack =
  process.env[BUILT] === undefined
    ? 'there is no control plane: npm run test:deploy -- --cluster builds it, with Go'
    : toolsLack

/** The path of a part of the cluster, such as `kubectl`. */
export function partPath(name: string): string {
  return join(process.env[BUILT] ?? '', 'bin', name)
}
