import { homedir } from 'node:os'
import { join } from 'node:path'

/** What takes minutes to build and is the same for every checkout: in the user's cache. */
export const CACHE = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'causeway',
  'bench',
)
