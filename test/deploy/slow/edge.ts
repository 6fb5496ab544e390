import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { waitFor } from '../../support/waitFor.ts'
import { edgeConf } from '../chart/edgeConf.ts'
import { EDGE_IMAGE, words } from './paths.ts'
import { docker, RESTRICTED, stopContainer } from './pod.ts'

let count = 0

/** A container of nginx that stands for a pod of the edge, with the chart's configuration. */
export class Edge {
  readonly name: string
  readonly port: number

  /** Writes its configuration to `dir`; `to` has the ports of the services. */
  static async start(
    dir: string,
    to: { ingest: number; gateway: number; account?: number },
  ): Promise<Edge> {
    const edge = new Edge(await freePort())
    const file = join(dir, `${edge.name}.conf`)
    const ports = { account: 1, ...to, http: edge.port, status: await freePort() }
    writeFileSync(file, await edgeConf('small', ports), { mode: 0o644 })
    const how = ['--detach', '--name', edge.name, ...RESTRICTED]
    const volume = ['--volume', `${file}:/etc/causeway/nginx.conf:ro`]
    const what = words('nginx -e stderr -c /etc/causeway/nginx.conf')
    await docker('run', ...how, ...volume, EDGE_IMAGE, ...what)
    await waitFor(() =>
      fetch(edge.origin).then(
        ({ status }) => status === 200,
        () => false,
      ),
    )
    return edge
  }

  private constructor(port: number) {
    this.name = `edge-${++count}`
    this.port = port
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  stop(graceSeconds: number): Promise<{ exitCode: number; ms: number }> {
    return stopContainer(this.name, graceSeconds)
  }

  async remove(): Promise<void> {
    await docker('rm', '--force', this.name)
  }
}
