import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The absolute path of a path in the repository. */
export function inRoot(path) {
  return `${ROOT}${path}`
}
