import type { Request, RequestHandler } from 'express'
import { Problem } from '../contract/problem.ts'
import type { Route } from '../chassis/route.ts'

/**
 * Refuses, with `forbidden`, what pages of other origins send with this browser's cookies. Programs send neither header, and no
 * page can send an `Authorization` without leave.
 */
export function refuseOtherOrigins({ headers }: Pick<Request, 'headers'>): void {
  if (headers.authorization !== undefined) return
  const { origin } = headers
  const isOther =
    headers['sec-fetch-site'] === 'cross-site' ||
    (origin !== undefined && hostOf(origin) !== headers.host)
  if (isOther) throw new Problem('forbidden', 'A page of another origin sent this request.')
}

/** The same route, whose handlers that change something refuse pages of other origins. */
export function sameOrigin(route: Route): Route {
  const { post, put, delete: remove } = route
  return {
    ...route,
    ...(post && { post: guarded(post) }),
    ...(put && { put: guarded(put) }),
    ...(remove && { delete: guarded(remove) }),
  }
}

function guarded(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    refuseOtherOrigins(request)
    return handler(request, response, next)
  }
}

/** An opaque origin is sent as `null`, which has no host. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
