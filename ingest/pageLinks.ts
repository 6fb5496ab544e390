import type { Page, PageQuery } from '../history/types.ts'

export interface Links {
  next: string | null
  prev: string | null
}

/**
 * Where to read on. `next` is the same query after the page's last message; null if there are no more. `prev` reads from the
 * page's first message in the opposite direction, and its messages come in the opposite order. It is null on a page that begins
 * where its direction begins, and on an empty one.
 */
export function pageLinks(query: PageQuery, { entries, last, head, low, more }: Page): Links {
  const first = entries[0]
  if (first === undefined || last === undefined) return { next: null, prev: null }
  const down = query.order === 'desc'
  const next = down ? { ...query, before: last } : { ...query, after: last }
  const prev: PageQuery = down
    ? { ...query, order: 'asc', before: undefined, after: first.position }
    : { ...query, order: 'desc', after: undefined, before: first.position }
  const isStart = down
    ? query.before === undefined || first.position >= head
    : query.after === undefined || first.previous <= low
  return { next: more ? historyUrl(next) : null, prev: isStart ? null : historyUrl(prev) }
}

/** RFC 8288; undefined if there is nothing to link to. */
export function linkHeader({ next, prev }: Links): string | undefined {
  const links = [
    ...(next === null ? [] : [`<${next}>; rel="next"`]),
    ...(prev === null ? [] : [`<${prev}>; rel="prev"`]),
  ]
  return links.length === 0 ? undefined : links.join(', ')
}

function historyUrl(query: PageQuery): string {
  const { channel, before, after, from, to, isFolded, limit, order } = query
  const parameters: [string, string | number | undefined][] = [
    ['channel', channel],
    ['before', before],
    ['after', after],
    ['from', from?.toISOString()],
    ['to', to?.toISOString()],
    ['changes', isFolded === false ? 'true' : undefined],
    ['limit', limit],
    ['order', order],
  ]
  const search = new URLSearchParams()
  for (const [name, value] of parameters) if (value !== undefined) search.set(name, String(value))
  return `/history?${search.toString()}`
}
