import { buildah } from './images.ts'
import { containerLack } from './paths.ts'

/** Ends what the setup has started; what it has built is kept for the next time, but for its mounts. */
export default async function globalTeardown(): Promise<void> {
  if (containerLack !== undefined) return
  const dockerd = globalThis.causewayDockerd
  globalThis.causewayDockerd = undefined
  await dockerd?.stop()
  buildah('umount', '--all')
}
