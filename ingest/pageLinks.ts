import type { Page, PageQuery } from '../history/types.ts'

export interface Links {
  next: string | null
  prev: string | null
}

/**
 * Where to read on. `next` is the same query after the page's end; null if there are no more. `prev` reads from the
 * page's first message in the opposite direction, and its messages come in the opposite order. It is null on a page that begins
 * where its direction begins, and on an empty one. With a filter, or several channels, it may lead to an empty page.
 */
export function pageLinks(query: PageQuery, page: Page): Links {
  const { end, more } = page
  const down = query.order === 'desc'
  const next = down ? { ...query, before: end } : { ...query, after: end }
  const prev = prevOf(query, page)
  return {
    next: more ? historyUrl(next) : null,
    prev: prev === undefined ? null : historyUrl(prev),
  }
}

function prevOf(query: PageQuery, { entries, head, low }: Page): PageQuery | undefined {
  const first = entries[0]
  if (first === undefined) return undefined
  if (query.order === 'desc') {
    const isStart = query.before === undefined || first.position >= head
    return isStart
      ? undefined
      : { ...query, order: 'asc', before: undefined, after: first.position }
  }
  // What is before a message on its channel says nothing of other channels.
  const isFirst = query.channels.length === 1 && first.previous <= low
  const isStart = query.after === undefined || isFirst
  return isStart ? undefined : { ...query, order: 'desc', after: undefined, before: first.position }
}

/** Positions in several logs are given as their text. */
interface UrlQuery extends Omit<PageQuery, 'before' | 'after'> {
  before?: number | string | undefined
  after?: number | string | undefined
}

/** RFC 8288; undefined if there is nothing to link to. */
export function linkHeader({ next, prev }: Links): string | undefined {
  const links = [
    ...(next === null ? [] : [`<${next}>; rel="next"`]),
    ...(prev === null ? [] : [`<${prev}>; rel="prev"`]),
  ]
  return links.length === 0 ? undefined : links.join(', ')
}

/** The address of a page. */
export function historyUrl({
  channels,
  from,
  to,
  isFolded,
  limit,
  order,
  ...query
}: UrlQuery): string {
  const parameters: [string, string | number | undefined][] = [
    ...channels.map((channel): [string, string] => ['channel', channel]),
    ['sender', query.sender],
    ['type', query.type],
    ['about', query.about],
    ['before', query.before],
    ['after', query.after],
    ['from', from?.toISOString()],
    ['to', to?.toISOString()],
    ['changes', isFolded === false ? 'true' : undefined],
    ['limit', limit],
    ['order', order],
  ]
  const search = new URLSearchParams()
  for (const [name, value] of parameters)
    if (value !== undefined) search.append(name, String(value))
  return `/history?${search.toString()}`
}
