import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../stack/errors.ts'
import { ROOT } from '../../stack/root.ts'

/** Paths of the compiled C programs. */
export interface Programs {
  loadClient: string
  sink: string
}

/** Compiles the C programs into `dir`. @throws if there is no C compiler, or no C library */
export function compilePrograms(dir: string): Programs {
  mkdirSync(dir, { recursive: true })
  const compile = (name: string, sources: string[]): string => {
    const program = join(dir, name)
    const files = sources.map((file) => join(ROOT, 'bench/load/loadClient', file))
    try {
      execFileSync('cc', ['-O2', '-Wall', '-o', program, ...files], { stdio: 'pipe' })
    } catch (error) {
      throw new Error(
        `The load client could not be compiled; it needs a C compiler (Debian: gcc libc6-dev).\n${messageOf(error)}`,
        { cause: error },
      )
    }
    return program
  }
  return {
    loadClient: compile('loadClient', ['main.c', 'stream.c', 'body.c', 'events.c', 'report.c']),
    sink: compile('sink', ['sink.c']),
  }
}
