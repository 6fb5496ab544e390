import { once } from 'node:events'
import { createConnection, createServer, type Server } from 'node:net'
import { freePort } from '../../../stack/ports.ts'

/**
 * One address for several pods, like a Service of Kubernetes. Each new connection goes to a random endpoint; an open one stays, even
 * after its endpoint was removed.
 */
export class Service {
  readonly port: number
  readonly #endpoints = new Set<number>()
  readonly #server: Server

  static async open(): Promise<Service> {
    const service = new Service(await freePort())
    service.#server.listen({ port: service.port, host: '127.0.0.1', backlog: 4_096 })
    await once(service.#server, 'listening')
    return service
  }

  private constructor(port: number) {
    this.port = port
    this.#server = createServer((client) => {
      const endpoints = [...this.#endpoints]
      const endpoint = endpoints[Math.floor(Math.random() * endpoints.length)]
      client.on('error', () => client.destroy())
      if (endpoint === undefined) {
        client.destroy()
        return
      }
      const pod = createConnection({ port: endpoint, host: '127.0.0.1' })
      pod.on('error', () => client.destroy())
      client.on('close', () => pod.destroy())
      pod.on('close', () => client.destroySoon())
      client.pipe(pod).pipe(client)
    })
  }

  add(port: number): void {
    this.#endpoints.add(port)
  }

  remove(port: number): void {
    this.#endpoints.delete(port)
  }

  close(): void {
    this.#server.close()
  }
}
