import { homedir } from 'node:os'
import { join } from 'node:path'

/** The user's cache, for builds that take minutes and are the same for every checkout. */
export const CACHE = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'causeway',
  'bench',
)
