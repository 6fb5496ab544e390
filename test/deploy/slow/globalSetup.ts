import { buildBases, buildImages, save } from './images.ts'
import { Dockerd } from './dockerd.ts'
import globalTeardown from './globalTeardown.ts'
import { containerLack, DOCKER_SOCKET, EDGE_IMAGE, SERVICES_IMAGE, tell } from './paths.ts'

declare global {
  var causewayDockerd: Dockerd | undefined
}

/** Builds the images and gives them to a Docker of this run's own. */
export default async function globalSetup(): Promise<void> {
  if (containerLack !== undefined) return
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalTeardown().finally(() => process.exit(1)))
  }
  tell('building the bases and the images')
  buildBases()
  buildImages()
  globalThis.causewayDockerd = await Dockerd.start()
  for (const image of [SERVICES_IMAGE, EDGE_IMAGE]) {
    globalThis.causewayDockerd.docker('load', '--quiet', '--input', save(image))
  }
  process.env[DOCKER_SOCKET] = globalThis.causewayDockerd.socket
}
