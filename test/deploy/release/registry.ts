import { createHash } from 'node:crypto'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { waitForHttp } from '../../../stack/probes.ts'
import { dyingWithParent } from '../../../stack/account.ts'

/** The variable that holds the folder that buildSigning.mjs made. */
const FOLDER = 'CAUSEWAY_SIGNING'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'

/** Why nothing can be signed here; undefined if it can. */
export const signingLack =
  process.env[FOLDER] === undefined
    ? 'there is no cosign: npm run test:deploy -- --release builds it, with Go'
    : undefined

export function signingProgram(name: 'cosign' | 'registry'): string {
  return join(process.env[FOLDER] ?? '', name)
}

interface Descriptor {
  mediaType: string
  digest: string
  size: number
}

/** A registry in memory on this machine, without TLS or login. */
export class Registry {
  readonly host: string
  readonly #process: ChildProcess

  static async start(): Promise<Registry> {
    const port = await freePort()
    const registry = new Registry(port)
    await waitForHttp(`http://${registry.host}/v2/`)
    return registry
  }

  private constructor(port: number) {
    this.host = `localhost:${port}`
    const program = { command: signingProgram('registry'), args: ['-port', String(port)] }
    const { command, args, ...account } = dyingWithParent(program, 'SIGKILL')
    this.#process = spawn(command, args, { ...account, stdio: 'ignore' })
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill()
    await ended
  }

  /** Puts an image for each architecture there. Resolves to the digest of all together, and to that of each. */
  async push(name: string, architectures: readonly string[]) {
    const manifests: (Descriptor & { platform: object })[] = []
    for (const architecture of architectures) {
      const config = { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }
      const described = await this.#putBlob(name, CONFIG, JSON.stringify(config))
      const content = { schemaVersion: 2, mediaType: MANIFEST, config: described, layers: [] }
      const manifest = await this.#putManifest(name, MANIFEST, content)
      manifests.push({ ...manifest, platform: { architecture, os: 'linux' } })
    }
    const index = { schemaVersion: 2, mediaType: INDEX, manifests }
    const { digest } = await this.#putManifest(name, INDEX, index)
    return { digest, each: manifests.map((manifest) => manifest.digest) }
  }

  async #putBlob(name: string, mediaType: string, text: string): Promise<Descriptor> {
    const descriptor = describe(mediaType, text)
    await this.#send('POST', `${name}/blobs/uploads/?digest=${descriptor.digest}`, mediaType, text)
    return descriptor
  }

  async #putManifest(name: string, mediaType: string, content: object): Promise<Descriptor> {
    const text = JSON.stringify(content)
    const descriptor = describe(mediaType, text)
    await this.#send('PUT', `${name}/manifests/${descriptor.digest}`, mediaType, text)
    return descriptor
  }

  async #send(method: string, path: string, mediaType: string, body: string): Promise<void> {
    const headers = { 'Content-Type': mediaType }
    const response = await fetch(`http://${this.host}/v2/${path}`, { method, headers, body })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  }
}

function describe(mediaType: string, text: string): Descriptor {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  return { mediaType, digest, size: Buffer.byteLength(text) }
}
