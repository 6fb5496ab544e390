import { expect, test } from '@jest/globals'
import type { Found, Hit, SearchQuery } from '../history/searchTypes.ts'
import { choose } from '../history/searchPage.ts'
import { Random } from '../test/model/random.ts'
import { type LogsFound, type Searches, searchLogs } from './searchLogs.ts'

interface Message {
  position: number
  sentAt: string
  rank: number
}

/** A log in memory, whose messages are all found; it looks only at so many for one page. */
class Log implements Searches {
  readonly messages: Message[]
  readonly #looks: number

  constructor(random: Random, log: number) {
    let second = 0
    this.messages = Array.from({ length: random.between(0, 20) }, (_, at) => {
      second += random.between(0, 1)
      const sentAt = new Date(second * 1_000).toISOString()
      // Whatever has the same rank, and the same time, is told apart by its log.
      return { position: at + 1, sentAt, rank: random.between(1, 4) + log / 100 }
    })
    this.#looks = random.between(1, 9)
  }

  readonly search = async (query: SearchQuery): Promise<Found> => {
    const { before = Infinity, order, limit } = query
    const all = this.messages.filter(({ position }) => position < before).toReversed()
    const seen = all.slice(0, order === 'time' ? Math.min(this.#looks, limit + 1) : 1_000)
    const upTo = this.messages.length
    const { hits, rest } = choose(query, {
      positions: seen.map(({ position }) => position),
      ranks: seen.map(({ rank }) => (order === 'rank' ? rank : null)),
      stopped: seen.length < all.length ? seen.at(-1)?.position : undefined,
      upTo,
    })
    const found = hits.map(({ position, rank }) => {
      const { sentAt } = this.messages[position - 1] ?? {}
      const json = JSON.stringify({ position, sentAt })
      return { entry: { position, previous: 0, id: '', channel: 'a', json }, highlight: [], rank }
    })
    return { hits: found, head: upTo, after: 0, upTo, next: rest(hits.length) }
  }
}

test.each<['time' | 'rank']>([['time'], ['rank']])(
  'A search over several logs has all hits once, the first ones first (%s)',
  async (order) => {
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed)
      const logs = new Map(
        [...Array(random.between(2, 4)).keys()].map((log) => [log, new Log(random, log)]),
      )
      const all = [...logs.values()].flatMap(({ messages }) => messages)
      const key = ({ sentAt, rank }: Message): string | number => (order === 'time' ? sentAt : rank)
      const found: (string | number)[] = []
      const limit = random.between(1, 6)
      for (
        let next: LogsFound['next'] = { before: new Map(), below: new Map<number, Hit>() };
        next !== undefined;
      ) {
        const page: LogsFound = await searchLogs(logs, { words: [], limit, order, ...next })
        expect(page.hits.length).toBeLessThanOrEqual(limit)
        for (const { entry, rank } of page.hits) {
          const { sentAt }: { sentAt: string } = JSON.parse(entry.json)
          found.push(order === 'time' ? sentAt : (rank ?? 0))
        }
        next = page.next
      }
      const expected = all.map(key).sort((one, other) => (one < other ? 1 : one > other ? -1 : 0))
      expect([seed, found]).toEqual([seed, expected])
    }
  },
)
