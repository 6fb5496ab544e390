import type { Request } from 'express'

/** The parameters after the first "?"; not by `new URL`, which throws on targets such as "//". */
export function queryOf({ originalUrl }: Pick<Request, 'originalUrl'>): URLSearchParams {
  const at = originalUrl.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : originalUrl.slice(at + 1))
}
