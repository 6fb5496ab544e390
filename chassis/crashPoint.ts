import { unlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Points between two steps at which others repair a crash. Chance would never hit such narrow windows. */
type CrashPlace = 'after-commit' | 'after-publish' | 'before-puback' | 'after-redis-append'

/** Call it at each such point. */
type CrashPoint = (place: CrashPlace) => void

/** For fault tests: kills the process at a point whose file is in the folder, once, as the file goes first. No folder: never. */
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
