import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 30_000

/** A Docker for this run only: it touches no network of the machine, and leaves nothing behind. */
export class Dockerd {
  readonly socket: string
  readonly #dir: string
  readonly #process: ChildProcess

  static async start(): Promise<Dockerd> {
    const dockerd = new Dockerd()
    await dockerd.#ready()
    return dockerd
  }

  private constructor() {
    this.#dir = mkdtempSync(join(tmpdir(), 'causeway-docker-'))
    this.socket = `unix://${this.#dir}/docker.sock`
    const log = openSync(join(this.#dir, 'log'), 'w')
    const folders = ['data', 'exec'].map((name) => `--${name}-root=${join(this.#dir, name)}`)
    const network = ['--iptables=false', '--ip6tables=false', '--bridge=none']
    this.#process = spawn(
      'dockerd',
      [
        `--host=${this.socket}`,
        `--pidfile=${join(this.#dir, 'pid')}`,
        '--storage-driver=overlay2',
        ...folders,
        ...network,
      ],
      { stdio: ['ignore', log, log], detached: true },
    )
  }

  async #ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS
    for (;;) {
      try {
        this.docker('version')
        return
      } catch (error) {
        if (Date.now() > deadline || !this.#isRunning) {
          const log = readFileSync(join(this.#dir, 'log'), 'utf8')
          await this.stop()
          throw new Error(`dockerd does not start:\n${log.slice(-2_000)}`, { cause: error })
        }
        await sleep(200)
      }
    }
  }

  get #isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  docker(...args: string[]): string {
    return execFileSync('docker', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DOCKER_HOST: this.socket },
    }).trim()
  }

  /** Ends every container, then dockerd, then what it has mounted. */
  async stop(): Promise<void> {
    if (this.#isRunning) {
      try {
        const left = this.docker('ps', '--quiet', '--all').split('\n').filter(Boolean)
        if (left.length > 0) this.docker('rm', '--force', ...left)
      } catch {
        // It is not up, so there are no containers.
      }
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      const patience = setTimeout(() => this.#process.kill('SIGKILL'), STOPPED_WITHIN_MS)
      await ended
      clearTimeout(patience)
    }
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.startsWith(`${this.#dir}/`))
    for (const path of mounts.toReversed()) execFileSync('umount', ['--lazy', path])
    rmSync(this.#dir, { recursive: true, force: true })
  }
}
