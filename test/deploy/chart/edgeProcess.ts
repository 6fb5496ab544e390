import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { waitForHttp } from '../../../stack/probes.ts'
import { waitFor } from '../../support/waitFor.ts'

/** nginx on this machine with configurations of the chart, and servers that stand for what is behind it. */
export class EdgeProcess {
  readonly #dir: string
  readonly #nginx: ChildProcess[] = []
  readonly #servers: Server[] = []

  /** `dir` takes the configurations and what nginx writes. */
  constructor(dir: string) {
    this.#dir = dir
  }

  /** Replaces a container's folders by the test's. */
  local(conf: string): string {
    return (
      conf
        .replaceAll('"/tmp/', `"${this.#dir}/`)
        // In a container standard output is a pipe; jest's cannot be opened by its name.
        .replace('"/dev/stdout"', `"${this.#dir}/access.log"`)
    )
  }

  /** Writes a configuration and returns its path. */
  write(name: string, conf: string): string {
    const file = join(this.#dir, `${name}.conf`)
    writeFileSync(file, this.local(conf))
    return file
  }

  /** Starts nginx, and waits until it answers at `url` with this status. */
  async start(name: string, conf: string, url: string, status = 200): Promise<ChildProcess> {
    const nginx = spawn('nginx', ['-e', 'stderr', '-c', this.write(name, conf)], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
    })
    this.#nginx.push(nginx)
    await waitFor(() =>
      waitForHttp(url, status).then(
        () => true,
        () => false,
      ),
    )
    return nginx
  }

  async listen(listener: RequestListener, host = '127.0.0.1', port?: number): Promise<number> {
    const server = createServer(listener)
    this.#servers.push(server)
    const chosen = port ?? (await freePort())
    server.listen(chosen, host)
    await once(server, 'listening')
    return chosen
  }

  /** Ends the servers at an address, with their connections. */
  end(host: string): void {
    for (const server of this.#servers) {
      const address = server.address()
      if (address === null || typeof address === 'string' || address.address !== host) continue
      server.close()
      server.closeAllConnections()
    }
  }

  async stop(): Promise<void> {
    for (const nginx of this.#nginx.filter(({ exitCode }) => exitCode === null)) {
      nginx.kill('SIGTERM')
      await once(nginx, 'exit')
    }
    for (const server of this.#servers) {
      server.closeAllConnections()
      server.close()
    }
  }
}
