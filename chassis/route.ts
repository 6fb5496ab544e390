import type { RequestHandler } from 'express'

/** One resource and how it is read or written; a HEAD is answered by `get`. */
export interface Route {
  /** A path pattern of Express, e.g. `/channels/:channel`. */
  path: string
  get?: RequestHandler
  post?: RequestHandler
  /** The answer lasts as long as its reader wants, so its duration says nothing about us and is not measured. */
  streams?: boolean
}
