import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of the programs that this machine does not have, as a sentence; undefined if it has all. For `describeUnless`. */
export function lackOf(...programs: string[]): string | undefined {
  const missing = programs.find((program) => !isThere(program))
  return missing === undefined ? undefined : `${missing} is not installed`
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
