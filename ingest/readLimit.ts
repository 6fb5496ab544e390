import type { RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'

/**
 * Limits how many answers to reads are open at once, and for how long: each holds in memory what its client has not read yet.
 * Beyond `max` a read gets `overloaded`; an answer that takes longer than `milliseconds` is closed.
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
