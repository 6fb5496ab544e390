import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type RequestListener, createServer } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NginxOptions, nginx } from '../../stack/nginx.ts'
import { freePort } from '../../stack/ports.ts'
import { Supervisor } from '../../stack/supervisor.ts'

interface Opened {
  add: (dispose: () => unknown) => void
}

/** nginx with the chart's configuration, and behind it two ingests and two gateways that do what the test says. */
export class TestEdge {
  /** What both ingests do. */
  ingest: RequestListener = (_request, response) => response.destroy()
  gateway: RequestListener = (_request, response) => response.destroy()
  origin = ''
  accessLog = ''

  /** `edit` may change the configuration before nginx reads it. It closes with the test file. */
  async open(opened: Opened, edit = (config: string) => config): Promise<void> {
    const dir = await mkdtemp(join(tmpdir(), 'causeway-nginx-'))
    await chmod(dir, 0o755)
    opened.add(() => rm(dir, { recursive: true, force: true }))
    const supervisor = await Supervisor.open({ dir })
    this.accessLog = supervisor.logs.create('nginx-access')
    const options = await edgeOptions(join(dir, 'nginx'), this.accessLog)
    const ingest = () => listen(opened, (request, response) => this.ingest(request, response))
    const edge = nginx({
      ...options,
      ingestPorts: [await ingest(), await ingest()],
      // One of the two gateways is always dead.
      gatewayPorts: [
        await freePort(),
        await listen(opened, (request, response) => this.gateway(request, response)),
      ],
    })
    const config = join(dir, 'nginx/nginx.conf')
    await writeFile(config, edit(await readFile(config, 'utf8')))
    opened.add(() => supervisor.stop())
    await supervisor.start(edge)
    this.origin = edge.url
  }

  /** What comes back on a new connection until the other side closes it. */
  async raw(request: string): Promise<string> {
    const { hostname, port } = new URL(this.origin)
    const socket = connect(Number(port), hostname)
    socket.write(request)
    let answer = ''
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk)
    return answer
  }
}

/** Options with free ports and no services. */
export async function edgeOptions(dir: string, accessLog: string): Promise<NginxOptions> {
  const [port, statusPort] = [await freePort(), await freePort()]
  return { dir, host: '127.0.0.1', port, statusPort, accessLog, ingestPorts: [], gatewayPorts: [] }
}

async function listen(opened: Opened, listener: RequestListener): Promise<number> {
  const port = await freePort()
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  opened.add(() => {
    server.close()
    server.closeAllConnections()
  })
  return port
}
