import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { endProcess } from './group.ts'
import { identityOf } from './identity.ts'

/** Signalling pid 0 or 1, or a group of that name, would be a disaster: no child of ours is called so. */
const Running = z.object({
  name: z.string(),
  pid: z.int().min(2),
  /** See identityOf: with it a pid that was given to another process since is known, and left alone. */
  identity: z.string(),
})
type Running = z.infer<typeof Running>

const Run = z.object({ runner: Running, children: z.array(Running) })
type Run = z.infer<typeof Run>

const END_WITHIN = 5_000

/** Another runner is at work in the same folder. */
export class AlreadyRunning extends Error {
  constructor(pid: number, folder: string) {
    super(`Causeway already runs from ${folder}, as process ${pid}. Stop that one first.`)
  }
}

/**
 * Which processes belong to a run, on disk: `<folder>/run.json`. It is written at every change, so that a start after a run
 * that was killed together with its guard can end what still holds the ports and the data.
 */
export class RunFile {
  readonly #path: string
  readonly #run: Run

  /** @throws {AlreadyRunning} where the folder's runner still lives */
  static async take(folder: string): Promise<RunFile> {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, 'run.json')
    const before = read(path)
    if (before !== undefined) {
      if (isAlive(before.runner)) throw new AlreadyRunning(before.runner.pid, folder)
      const left = before.children.filter(isAlive)
      await Promise.all(left.map(({ pid, identity }) => endProcess(pid, identity, END_WITHIN)))
    }
    return new RunFile(path)
  }

  private constructor(path: string) {
    this.#path = path
    this.#run = { runner: running('runner', process.pid), children: [] }
    this.#write()
  }

  add(name: string, pid: number): void {
    this.#run.children.push(running(name, pid))
    this.#write()
  }

  remove(pid: number): void {
    this.#run.children = this.#run.children.filter((child) => child.pid !== pid)
    this.#write()
  }

  /** The run is over and has left nothing. */
  release(): void {
    rmSync(this.#path, { force: true })
  }

  #write(): void {
    writeAtomically(this.#path, this.#run)
  }
}

/** A reader sees the file before or after, never half. Only its owner may read it: addresses hold passwords. */
export function writeAtomically(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function running(name: string, pid: number): Running {
  return { name, pid, identity: identityOf(pid) ?? 'gone' }
}

function isAlive({ pid, identity }: Running): boolean {
  return identityOf(pid) === identity
}

function read(path: string): Run | undefined {
  try {
    return Run.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // No file: nothing was left. A broken one, after a full disk or by hand, tells nothing that could be acted on.
    return undefined
  }
}
