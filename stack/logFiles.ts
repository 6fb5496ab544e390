import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const LARGEST = 64 * 1024 * 1024
const READ_AT_ONCE = 256 * 1024

/**
 * One file per process, `<folder>/<name>.log`, the previous run's kept as `<name>.log.1`. The processes write to the files
 * themselves: through a pipe, a runner that is busy or stopped would stop the services too.
 */
export class LogFiles {
  readonly folder: string
  readonly #files = new Map<string, { fd: number; offset: number; rest: string }>()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** The file for a process to append to; the same for each of its restarts. */
  open(name: string): number {
    let file = this.#files.get(name)
    if (file === undefined) {
      file = { fd: openSync(this.create(name), 'a+'), offset: 0, rest: '' }
      this.#files.set(name, file)
    }
    return file.fd
  }

  /** The path of a new and empty log, which the process opens itself; its lines are not among `newLines`. */
  create(name: string): string {
    const path = join(this.folder, `${name}.log`)
    if (existsSync(path)) renameSync(path, `${path}.1`)
    writeFileSync(path, '')
    return path
  }

  /** The last lines of a log, for the message that says why its process did not start. */
  lastLines(name: string, count: number): string {
    return readFileSync(join(this.folder, `${name}.log`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(-count)
      .join('\n')
  }

  /** The lines that were written since the last call. A flood is skipped, for the terminal is not the log. */
  newLines(): { name: string; line: string }[] {
    return [...this.#files].flatMap(([name, file]) => {
      const { size } = fstatSync(file.fd)
      if (size < file.offset || size - file.offset > READ_AT_ONCE) file.offset = size
      const buffer = Buffer.alloc(size - file.offset)
      file.offset += readSync(file.fd, buffer, 0, buffer.length, file.offset)
      const lines = (file.rest + buffer.toString('utf8')).split('\n')
      file.rest = lines.pop() ?? ''
      return lines.filter((line) => line !== '').map((line) => ({ name, line }))
    })
  }

  /** Keeps a long run from filling the disk: a file that grew too large becomes `.1` and starts again. */
  trim(): void {
    for (const entry of readdirSync(this.folder)) {
      const path = join(this.folder, entry)
      if (!entry.endsWith('.log') || statSync(path).size < LARGEST) continue
      // Copied and cut, not renamed: the writers hold the file open, and append wherever its end is.
      copyFileSync(path, `${path}.1`)
      truncateSync(path)
    }
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd)
    this.#files.clear()
  }
}
