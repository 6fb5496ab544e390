import { buildBases, buildImages, save } from './images.ts'
import { Dockerd } from './dockerd.ts'
import globalTeardown from './globalTeardown.ts'
import { containerLack, DOCKER_SOCKET, EDGE_IMAGE, SERVICES_IMAGE, tell } from './paths.ts'

declare global {
  var causewayDockerd: Dockerd | undefined
}

/** Builds the images and loads them into a Docker for this run only. */
export default async function globalSetup(): Promise<void> {
  if (containerLack !== undefined) return
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void globalTeardown().finally(() => process.exit(1)))
  }
  try {
    timed('the bases', buildBases)
    timed('the images', buildImages)
    const dockerd = await Dockerd.start()
    globalThis.causewayDockerd = dockerd
    process.env[DOCKER_SOCKET] = dockerd.socket
    timed('the images in Docker', () => {
      for (const image of [SERVICES_IMAGE, EDGE_IMAGE]) {
        dockerd.docker('load', '--quiet', '--input', save(image))
      }
    })
  } catch (error) {
    // jest tears nothing down after a failed setup.
    await globalTeardown()
    throw error
  }
}

function timed(what: string, make: () => void): void {
  tell(`${what} ...`)
  const began = performance.now()
  make()
  tell(`${what}: there after ${Math.round((performance.now() - began) / 1_000)} s`)
}
