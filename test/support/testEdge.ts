import { chmod, readFile, writeFile } from 'node:fs/promises'
import { type RequestListener, createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type NginxOptions, nginx } from '../../stack/nginx.ts'
import { freePort } from '../../stack/ports.ts'
import type { Opened } from './disposables.ts'
import { openServer } from './openServer.ts'
import { openSupervisor } from './ownServer.ts'

/** nginx with the chart's configuration, before two ingests and two gateways that do what the test says. */
export class TestEdge {
  /** The behaviour of both ingests. */
  ingest: RequestListener = (_request, response) => response.destroy()
  gateway: RequestListener = (_request, response) => response.destroy()
  /** Only if the edge was opened with an account. */
  account: RequestListener = (_request, response) => response.destroy()
  origin = ''
  accessLog = ''

  /** The pid of nginx' master process. */
  pid = 0

  /** `edit` may change the configuration before nginx reads it. It closes with the test file. */
  async open(
    opened: Opened,
    edit = (config: string) => config,
    more: Pick<NginxOptions, 'limits' | 'hosts'> & { hasAccount?: boolean } = {},
  ): Promise<void> {
    const { dir, supervisor } = await openSupervisor(opened, 'nginx')
    await chmod(dir, 0o755)
    this.accessLog = supervisor.logs.create('nginx-access')
    const options = await edgeOptions(join(dir, 'nginx'), this.accessLog)
    const { hasAccount = false, ...choices } = more
    const serve = (role: 'ingest' | 'gateway' | 'account') =>
      openServer(
        opened,
        createServer((...call) => this[role](...call)),
      )
    const edge = nginx({
      ...options,
      ...choices,
      ingestPorts: [await serve('ingest'), await serve('ingest')],
      // One of the two gateways is always dead.
      gatewayPorts: [await freePort(), await serve('gateway')],
      accountPorts: hasAccount ? [await serve('account')] : [],
    })
    const config = join(dir, 'nginx/nginx.conf')
    await writeFile(config, edit(await readFile(config, 'utf8')))
    const { pid } = await supervisor.start(edge)
    this.pid = pid ?? 0
    this.origin = edge.url
  }

  /** Sends a request on a new connection, and returns all bytes until nginx closes it. */
  async raw(request: string): Promise<string> {
    const { hostname, port } = new URL(this.origin)
    const socket = connect(Number(port), hostname)
    socket.write(request)
    let answer = ''
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk)
    return answer
  }
}

/** Leaves nginx one worker. Each gathers lines of the log for itself, so the last line of one says nothing about another's. */
export function oneWorker(config: string): string {
  return config.replace('worker_processes 2', 'worker_processes 1')
}

/** An edit that leaves nginx one worker, and so many connections. */
export function fewConnections(count: number): (config: string) => string {
  return (config) =>
    oneWorker(config).replace(/worker_connections \d+/, `worker_connections ${count}`)
}

/** Options with free ports, and no services behind the edge. */
export async function edgeOptions(dir: string, accessLog: string): Promise<NginxOptions> {
  const [port, statusPort] = [await freePort(), await freePort()]
  return { dir, host: '127.0.0.1', port, statusPort, accessLog, ingestPorts: [], gatewayPorts: [] }
}
