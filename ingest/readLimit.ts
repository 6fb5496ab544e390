import type { RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'

/**
 * Bounds how many answers to reads are on their way at once, and for how long one may be: each holds what its reader has not taken
 * yet. Beyond `max` a read is refused as `overloaded`; what takes longer than `milliseconds` is cut.
 */
export function createReadLimit(
  max: number,
  milliseconds: number,
): (handler: RequestHandler) => RequestHandler {
  let open = 0
  return (handler) => (request, response, next) => {
    if (open >= max) throw new Problem('overloaded')
    open++
    const cut = setTimeout(() => response.destroy(), milliseconds)
    response.once('close', () => {
      open--
      clearTimeout(cut)
    })
    return handler(request, response, next)
  }
}
