/** It travels to the provider and back in the address, encrypted. */
const MAX_LENGTH = 1_000

/**
 * Where the browser goes after the sign-in: the path that it asked for, as a whole address of this origin, so that no reader of a
 * `Location` can take it for another host's. What leads elsewhere (`//evil`, `/\evil`) is the front page.
 */
export function returnUrl(path: string | null, origin: string): string {
  const home = new URL('/', origin)
  if (path === null || !path.startsWith('/') || !URL.canParse(path, origin)) return home.href
  // A URL parser reads `\` as `/`, and skips tabs and line ends, just as a browser does. So its origin is the browser's.
  const url = new URL(path, origin)
  const isOurs = url.origin === home.origin && url.href.length <= MAX_LENGTH
  return isOurs ? url.href : home.href
}
