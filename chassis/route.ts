import type { RequestHandler } from 'express'

/** One resource and how it is read or written; a HEAD is answered by `get`. */
export interface Route {
  /** A path pattern of Express, e.g. `/channels/:channel`. */
  path: string
  get?: RequestHandler
  post?: RequestHandler
  /** Methods that are answered before a request gets to the app: they are offered beside those above. */
  answeredBefore?: string[]
}
