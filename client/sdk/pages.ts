import type { Causeway } from './causeway.ts'

/**
 * All pages of a list, one after the other as they are asked for. Each next one is asked for by this caller's own base: a token must not
 * go to a host that an answer names.
 */
export async function* pages<P extends { next: string | null }>(
  causeway: Causeway,
  path: string,
  query: URLSearchParams,
  isPage: (body: unknown) => body is P,
  signal?: AbortSignal,
): AsyncGenerator<P, void, undefined> {
  for (let search = `?${query.toString()}`; ;) {
    const page = await causeway.get(path + search, isPage, signal)
    yield page
    if (page.next === null) return
    search = new URL(page.next, 'http://localhost').search
  }
}
