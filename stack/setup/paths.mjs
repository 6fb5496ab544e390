import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** An address inside the repository, for reading with node:fs. */
export function inRoot(path) {
  return `${ROOT}${path}`
}
