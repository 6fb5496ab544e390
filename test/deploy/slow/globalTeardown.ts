import { buildah } from './images.ts'
import { containerLack } from './paths.ts'

/** Stops what the setup started. Images are kept for the next run; working containers and mounts are not. */
export default async function globalTeardown(): Promise<void> {
  if (containerLack !== undefined) return
  const dockerd = globalThis.causewayDockerd
  globalThis.causewayDockerd = undefined
  await dockerd?.stop()
  buildah('rm', '--all')
}
