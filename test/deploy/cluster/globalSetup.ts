import { ControlPlane } from './controlPlane.ts'
import globalTeardown from './globalTeardown.ts'
import { clusterLack, KUBECONFIG, BUILT } from './paths.ts'

declare global {
  var causewayControlPlane: ControlPlane | undefined
}

/** Starts one control plane for all files: each has its own namespaces. */
export default async function globalSetup(): Promise<void> {
  if (clusterLack !== undefined) return
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalTeardown().finally(() => process.exit(1)))
  }
  const began = performance.now()
  globalThis.causewayControlPlane = new ControlPlane(process.env[BUILT] ?? '')
  try {
    process.env[KUBECONFIG] = await globalThis.causewayControlPlane.start()
  } catch (error) {
    // jest tears nothing down after a failed setup.
    await globalTeardown()
    throw error
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  process.stderr.write(`  control plane: ready after ${seconds} s\n`)
}
