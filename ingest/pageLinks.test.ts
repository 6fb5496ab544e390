import { describe, expect, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import type { Page, PageQuery } from '../history/types.ts'
import { inOneLog } from './askedQuery.ts'
import { parseHistoryQuery } from './historyQuery.ts'
import { linkHeader, pageLinks } from './pageLinks.ts'

/** A channel with messages at every odd position from 1 to 19. */
const log: Entry[] = Array.from({ length: 10 }, (_, n) => ({
  position: 2 * n + 1,
  previous: Math.max(0, 2 * n - 1),
  id: '',
  channel: 'a',
  json: '',
}))

/** What history answers, by the definition of a page. */
function page({ before = Infinity, after = -1, limit, order }: PageQuery): Page {
  const found = log.filter(({ position }) => position > after && position < before)
  if (order === 'desc') found.reverse()
  const entries = found.slice(0, limit)
  const last = entries.at(-1)?.position
  const more = found.length > limit
  return { entries, rest: undefined, last, head: 19, low: 0, more, end: last, epoch: 'e' }
}

function read(url: string, low = 0) {
  const query = inOneLog(parseHistoryQuery(url.slice(url.indexOf('?') + 1)), 0)
  const { entries, ...rest } = { ...page(query), low }
  // Only its first message has been read by then: where the page ends is told beside it.
  const links = pageLinks(query, { entries: entries.slice(0, 1), ...rest })
  return { positions: entries.map(({ position }) => position), ...links }
}

/** All positions from a page on, along one kind of link. */
function follow(url: string, along: 'next' | 'prev'): number[][] {
  const pages: number[][] = []
  for (let at: string | null = url; at !== null; at = read(at)[along])
    pages.push(read(at).positions)
  return pages
}

/** A page of one message, which another one precedes. */
function pageAfter(previous: number): Page {
  const entries = [{ position: 5, previous, id: '', channel: 'a', json: '' }]
  return { entries, rest: undefined, last: 5, head: 9, low: 0, more: true, end: 5, epoch: 'e' }
}

describe('the links of a page', () => {
  test('lead through the whole channel and end', () => {
    expect(follow('?channel=a&limit=4', 'next')).toEqual([
      [19, 17, 15, 13],
      [11, 9, 7, 5],
      [3, 1],
    ])
    expect(follow('?channel=a&limit=5&order=asc', 'next')).toEqual([
      [1, 3, 5, 7, 9],
      [11, 13, 15, 17, 19],
    ])
  })

  test('lead back to the messages before the page, in the opposite order', () => {
    const { prev } = read('?channel=a&limit=3&before=11')
    expect(prev).toBe('/history?channel=a&after=9&limit=3&order=asc')
    expect(read(prev ?? '').positions).toEqual([11, 13, 15])
    const back = read('?channel=a&limit=3&order=asc&after=11').prev
    expect(back).toBe('/history?channel=a&before=13&limit=3&order=desc')
    expect(read(back ?? '').positions).toEqual([11, 9, 7])
  })

  test.each([
    '?channel=a',
    '?channel=a&before=20',
    '?channel=a&order=asc',
    '?channel=a&order=asc&after=0',
  ])('lead nowhere back from %s, which is the beginning', (url) => {
    expect(read(url).prev).toBe(null)
  })

  test('lead nowhere back from a page before which everything has been removed', () => {
    const url = '?channel=a&order=asc&after=4'
    expect([read(url, 2).prev, read(url, 3).prev, read(url, 4).prev]).toEqual([
      '/history?channel=a&before=5&limit=50&order=desc',
      null,
      null,
    ])
  })

  test.each(['?channel=a&before=1', '?channel=a&order=asc&after=19'])(
    'lead nowhere from %s, which is empty',
    (url) => {
      expect(read(url)).toEqual({ positions: [], next: null, prev: null })
      expect(linkHeader(read(url))).toBe(undefined)
    },
  )

  test('lead nowhere back from the first message of a channel, wherever in the log that is', () => {
    const query = inOneLog(parseHistoryQuery('channel=a&order=asc&after=3&limit=1'), 0)
    expect(pageLinks(query, pageAfter(0)).prev).toBe(null)
    expect(pageLinks(query, pageAfter(2)).prev).not.toBe(null)
  })

  test('lead on from a page that found nothing in what it looked at', () => {
    const query = inOneLog(parseHistoryQuery('channel=a&sender=alice&before=9'), 0)
    const empty = { entries: [], rest: undefined, last: undefined, head: 9, low: 0 }
    expect(pageLinks(query, { ...empty, more: true, end: 4, epoch: 'e' })).toEqual({
      next: '/history?channel=a&sender=alice&before=4&limit=50&order=desc',
      prev: null,
    })
  })

  test('lead back from several channels, though the first message is the first of its own', () => {
    const query = inOneLog(parseHistoryQuery('channel=a&channel=b&order=asc&after=3&limit=1'), 0)
    expect(pageLinks(query, pageAfter(0)).prev).toBe(
      '/history?channel=a&channel=b&before=5&limit=1&order=desc',
    )
  })

  test('keep the filters', () => {
    const query = inOneLog(
      parseHistoryQuery('channel=a&sender=user:alice&type=tide&about=3&order=asc&limit=1'),
      0,
    )
    expect(pageLinks(query, pageAfter(0)).next).toBe(
      '/history?channel=a&sender=user%3Aalice&type=tide&about=3&after=5&limit=1&order=asc',
    )
  })

  test('keep all other parameters', () => {
    const { next } = read(
      '?channel=a&limit=2&after=2&changes=true&from=2026-11-21T20:33:02%2B01:00&to=9999-01-01T00:00:00Z',
    )
    expect(next).toBe(
      '/history?channel=a&before=17&after=2&from=2026-11-21T19%3A33%3A02.000Z' +
        '&to=9999-01-01T00%3A00%3A00.000Z&changes=true&limit=2&order=desc',
    )
  })

  test('are a header of RFC 8288', () => {
    expect(linkHeader({ next: '/history?a', prev: null })).toBe('</history?a>; rel="next"')
    expect(linkHeader({ next: '/n', prev: '/p' })).toBe('</n>; rel="next", </p>; rel="prev"')
  })
})
