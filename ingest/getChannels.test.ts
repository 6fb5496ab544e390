import { describe, expect, test } from '@jest/globals'
import type { ReadableBy } from '../chassis/auth/middleware.ts'
import { Turns } from '../chassis/turns.ts'
import { covers } from '../contract/grants.ts'
import type { ChannelInfo, ChannelsPage } from '../contract/history.ts'
import type { ChannelNames, ChannelNamesQuery, MessagesAt } from '../history/types.ts'
import { disposables } from '../test/support/disposables.ts'
import { getServer } from '../test/support/getServer.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { createGetChannels } from './getChannels.ts'
import type { OccupancyOf } from './occupancy.ts'

const opened = disposables()

/** A log in memory; it remembers what it was asked. */
class Log {
  readonly names = Array.from(
    { length: 40 },
    (_, at) => `rooms.${at}.${at % 2 === 0 ? 'a' : 'b'}`,
  ).sort()
  readonly asked: ChannelNamesQuery[] = []
  /** How many last messages fit into one answer. */
  fits = Infinity
  /** How many people are in a channel; others are not known. */
  readonly occupancies = new Map<string, number>()

  readonly channelNames = async (query: ChannelNamesQuery): Promise<ChannelNames> => {
    const { ranges, after, looks } = query
    this.asked.push(query)
    const all = this.names.filter(
      (name) => name > after && ranges.some(({ from, to }) => from <= name && name < to),
    )
    const found = all.slice(0, looks)
    return {
      channels: found.map((name) => ({ name, head: this.names.indexOf(name) + 1, messages: 1 })),
      end: found.length < all.length ? found.at(-1) : undefined,
    }
  }

  readonly lastMessages = async (channels: readonly ChannelInfo[]): Promise<MessagesAt> =>
    channels.slice(0, this.fits).map(({ head: position }) =>
      // The first one has been removed.
      position === 1
        ? undefined
        : { position, previous: 0, id: '', channel: '', json: `{"position":${position}}` },
    )

  server(patterns: string[]) {
    const readableBy: ReadableBy = () => ({
      patterns,
      principal: 'user:x',
      allows: (name) => patterns.some((pattern) => covers(pattern, name, 'user:x')),
    })
    const occupancyOf: OccupancyOf = async (channels) =>
      channels.map((channel) => this.occupancies.get(channel) ?? null)
    const handler = createGetChannels(this, occupancyOf, new Turns(1), readableBy)
    return getServer(opened, { '/channels': handler })
  }
}

/** All channels that a reader comes to by `next`, page by page. */
async function follow(ask: Awaited<ReturnType<Log['server']>>, path: string): Promise<string[][]> {
  const pages: string[][] = []
  for (let next: string | null = path; next !== null;) {
    const page: ChannelsPage = JSON.parse(await (await ask(next)).text())
    pages.push(page.channels.map(({ name }) => name))
    next = page.next
  }
  return pages
}

describe('the list of channels', () => {
  test('has each with its head, its numbers of messages and people, and its last message', async () => {
    const log = new Log()
    const [first, second = ''] = log.names
    log.occupancies.set(second, 3)
    const ask = await log.server(['**'])
    const page: unknown = await (await ask('/channels?limit=2')).json()
    expect(page).toEqual({
      channels: [
        { name: first, head: 1, messages: 1, occupancy: null, last: null },
        { name: second, head: 2, messages: 1, occupancy: 3, last: { position: 2 } },
      ],
      next: `/channels?prefix=&after=${second}&limit=2`,
    })
  })

  test('has all that may be read, and nothing else, over all of its pages', async () => {
    const log = new Log()
    const ask = await log.server(['rooms.*.a', 'rooms.3.**'])
    const readable = log.names.filter((name) => /\.a$|^rooms\.3\./.test(name))
    expect((await follow(ask, '/channels?limit=3')).flat()).toEqual(readable)
    expect((await follow(ask, '/channels?prefix=rooms.3')).flat()).toEqual(
      readable.filter((name) => name.startsWith('rooms.3')),
    )
    expect(await follow(await log.server([]), '/channels')).toEqual([[]])
  })

  test('is shorter if last messages are large, and goes on', async () => {
    const log = new Log()
    log.fits = 7
    const pages = await follow(await log.server(['**']), '/channels')
    expect(pages.flat()).toEqual(log.names)
    expect(Math.max(...pages.map(({ length }) => length))).toBe(7)
  })

  test('looks at fewer channels if there are many patterns to compare with', async () => {
    const log = new Log()
    await (
      await log.server(['**'])
    )('/channels')
    await (
      await log.server(Array.from({ length: 2_000 }, (_, at) => `*.*.a${at}`))
    )('/channels')
    expect(log.asked.map(({ looks }) => looks)).toEqual([1_000, 10])
  })

  test.each(['limit=0', 'limit=101', 'prefix=%2F', 'after=%00', 'prefix=a&prefix=b', 'order=asc'])(
    'of %j is refused',
    async (search) => {
      const ask = await new Log().server(['**'])
      expect(await problemOf(await ask(`/channels?${search}`))).toBe('400 invalid-parameter')
    },
  )
})
