import { Problem } from '../../contract/problem.ts'
import type { Identity } from './identity.ts'

/** What a request says about the page that sent it. */
export interface Provenance {
  method: string
  host: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`: the browser's own word, which no page can forge. */
  site: string | undefined
}

/**
 * Throws `forbidden` if the page of another site may have sent this: a browser adds its cookies by itself. Reads may come from anywhere,
 * because only the pages of allowed origins get to see the answer.
 */
export function refuseCrossSite(
  by: Identity['by'],
  { method, host, origin, site }: Provenance,
  allowedOrigins: readonly string[],
): void {
  if (by === 'header' || method === 'GET' || method === 'HEAD') return
  const isOwn =
    origin === undefined ||
    allowedOrigins.includes(origin) ||
    (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())
  if (site === 'cross-site' || !isOwn) {
    throw new Problem('forbidden', 'The cookie counts only for pages of this origin.')
  }
}
