import fs from 'node:fs'
import { join } from 'node:path'

const MAX_FILE_BYTES = 64 * 1024 * 1024
const MAX_READ_BYTES = 256 * 1024

/**
 * One file for each process, `<folder>/<name>.log`; the previous run's is kept as `<name>.log.1`. The processes write to the
 * files themselves: a pipe to a runner that is busy or paused would stop the services too.
 */
export class LogFiles {
  readonly folder: string
  readonly #files = new Map<string, { fd: number; offset: number; rest: string }>()

  constructor(folder: string) {
    this.folder = folder
    fs.mkdirSync(folder, { recursive: true })
  }

  /** A descriptor that a process appends to; the same after each of its restarts. */
  open(name: string): number {
    const file = this.#files.get(name) ?? {
      fd: fs.openSync(this.create(name), 'a+'),
      offset: 0,
      rest: '',
    }
    this.#files.set(name, file)
    return file.fd
  }

  /**
   * The path of a new and empty log, which the process opens itself; `newLines` leaves it out. Only its owner reads it: channels and
   * addresses of others are in it.
   */
  create(name: string): string {
    const path = join(this.folder, `${name}.log`)
    if (fs.existsSync(path)) fs.renameSync(path, `${path}.1`)
    fs.writeFileSync(path, '', { mode: 0o600 })
    return path
  }

  /** The end of a log, for the message that says why its process did not start. */
  lastLines(name: string, count: number): string {
    const text = fs.readFileSync(join(this.folder, `${name}.log`), 'utf8')
    return text.trimEnd().split('\n').slice(-count).join('\n')
  }

  /** The lines that were written since the last call. More than 256 KiB at once are skipped: they stay in the file. */
  newLines(): { name: string; line: string }[] {
    return [...this.#files].flatMap(([name, file]) => {
      const { size } = fs.fstatSync(file.fd)
      if (size < file.offset || size - file.offset > MAX_READ_BYTES) file.offset = size
      const buffer = Buffer.alloc(size - file.offset)
      file.offset += fs.readSync(file.fd, buffer, 0, buffer.length, file.offset)
      const lines = (file.rest + buffer.toString('utf8')).split('\n')
      file.rest = lines.pop() ?? ''
      return lines.filter((line) => line !== '').map((line) => ({ name, line }))
    })
  }

  /** Keeps a long run from filling the disk: a file of 64 MiB becomes `.1` and starts again. */
  trim(): void {
    for (const entry of fs.readdirSync(this.folder)) {
      const path = join(this.folder, entry)
      if (!entry.endsWith('.log') || fs.statSync(path).size < MAX_FILE_BYTES) continue
      // Copied and cut, not renamed: the writers hold the file open, and append wherever its end is.
      fs.copyFileSync(path, `${path}.1`)
      fs.truncateSync(path)
    }
  }

  close(): void {
    for (const { fd } of this.#files.values()) fs.closeSync(fd)
    this.#files.clear()
  }
}
