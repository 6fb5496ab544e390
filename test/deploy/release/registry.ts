import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, listenError } from '../../../stack/ports.ts'
import { waitFor } from '../../support/waitFor.ts'
import { makeCertificate } from '../tls/certificate.ts'

const SYSTEM_CA = '/etc/ssl/certs/ca-certificates.crt'

/** A registry of this run only, with TLS and a password, as a team's has them. */
export class Registry {
  /** Host and port, as in names of images. */
  readonly host: string
  readonly login = 'robot:pass:word'
  /** A file with its certificate among those of the system. */
  readonly trusted: string
  readonly #process: ChildProcess

  static async start(folder: string): Promise<Registry> {
    const port = await freePort()
    const registry = new Registry(folder, port)
    await waitFor(async () => (await listenError('127.0.0.1', port)) !== undefined, 20, 100)
    return registry
  }

  private constructor(folder: string, port: number) {
    this.host = `localhost:${port}`
    const { cert } = makeCertificate(join(folder, 'registry'), 'DNS:localhost')
    this.trusted = join(folder, 'trusted.pem')
    writeFileSync(this.trusted, `${readFileSync(SYSTEM_CA, 'utf8')}\n${cert.toString()}`)
    const [user = '', ...password] = this.login.split(':')
    const crypt = 'print crypt($ARGV[0], q($2b$05$abcdefghijklmnopqrstuu))'
    const hash = execFileSync('perl', ['-e', crypt, password.join(':')], { encoding: 'utf8' })
    writeFileSync(join(folder, 'htpasswd'), `${user}:${hash}\n`)
    const config = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
      http: {
        addr: `127.0.0.1:${port}`,
        tls: { certificate: join(folder, 'registry.crt'), key: join(folder, 'registry.key') },
      },
    }
    const file = join(folder, 'registry.json')
    writeFileSync(file, JSON.stringify(config))
    const log = openSync(join(folder, 'registry.log'), 'w')
    this.#process = spawn('docker-registry', ['serve', file], { stdio: ['ignore', log, log] })
  }

  /** A file of logins, as buildah and cosign read it. */
  get loginFile(): string {
    const auth = Buffer.from(this.login).toString('base64')
    return JSON.stringify({ auths: { [this.host]: { auth } } })
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await ended
  }
}
