import type { Request, Response } from 'express'

/**
 * Begins the answer with a page, and says whether its messages follow: not for a reader that knows the page by its tag, nor for HEAD.
 * What a page says changes only with its tag.
 */
export function beginPage(request: Request, response: Response, tag: string): boolean {
  response.setHeader('ETag', tag)
  // A program may keep what it read. Of what a browser's cookie opened, nothing stays on the browser's disk.
  if (request.identity?.by !== 'cookie') response.setHeader('Cache-Control', 'private, no-cache')
  if (isKnown(tag, request)) response.status(304).end()
  else {
    response.type('application/json')
    if (request.method !== 'HEAD') return true
    response.end()
  }
  return false
}

/** A proxy that compresses makes the tag a weak one. Express' own check would also obey the no-cache that `fetch` sends along. */
function isKnown(tag: string, request: Request): boolean {
  const known = request.get('If-None-Match')?.split(',') ?? []
  return known.some((each) => ['*', tag].includes(each.trim().replace('W/', '')))
}
