import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of the programs that this machine does not have, as a sentence; undefined if it has all. For `describeUnless`. */
export function lackOf(...programs: string[]): string | undefined {
  return lackIn(process.env['PATH'] ?? '', ...programs)
}

/** The same, for programs on another PATH. */
export function lackIn(path: string, ...programs: string[]): string | undefined {
  const missing = programs.find((program) => !isThere(path, program))
  return missing === undefined ? undefined : `${missing} is not installed`
}

function isThere(path: string, program: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
