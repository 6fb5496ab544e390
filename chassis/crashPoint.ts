import { unlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Places between two steps, where a death is repaired by others: windows too narrow to be hit by chance. */
type CrashPlace = 'after-commit' | 'after-publish' | 'before-puback' | 'after-redis-append'

/** Called wherever such a place is passed. */
type CrashPoint = (place: CrashPlace) => void

/**
 * For fault runs: the process dies at a place, as by kill -9, where a file of that name is in the folder. The file goes first, so
 * that one file is one death. Without a folder, as everywhere else, nothing ever happens.
 */
export function createCrashPoint(folder: string | undefined): CrashPoint {
  if (folder === undefined) return () => {}
  return (place) => {
    try {
      unlinkSync(join(folder, place))
    } catch {
      return
    }
    process.kill(process.pid, 'SIGKILL')
  }
}
