import type { RequestHandler } from 'express'

/** One resource, and how clients read or write it; `get` answers HEAD too. */
export interface Route {
  /** A path pattern of Express, e.g. `/channels/:channel`. */
  path: string
  get?: RequestHandler
  post?: RequestHandler
  put?: RequestHandler
  patch?: RequestHandler
  delete?: RequestHandler
  /** Methods that are answered before a request reaches the app; `Allow` names them too. */
  answeredBefore?: string[]
}
