import { buildah } from './images.ts'
import { containerLack } from './paths.ts'

/** Ends what the setup has started. The images that it has built are kept for the next time; working containers and mounts are not. */
export default async function globalTeardown(): Promise<void> {
  if (containerLack !== undefined) return
  const dockerd = globalThis.causewayDockerd
  globalThis.causewayDockerd = undefined
  await dockerd?.stop()
  buildah('rm', '--all')
}
