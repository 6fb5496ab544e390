import { describe, expect, test } from '@jest/globals'
import type { PageQuery } from '../history/types.ts'
import { createMemoryPages, type MemoryMessage } from '../test/support/memoryPages.ts'
import { parsePositions } from './logPositions.ts'
import { openParts } from './logParts.ts'
import { mergedLinks } from './mergedLinks.ts'
import { mergeParts } from './mergeParts.ts'

type Order = PageQuery['order']

/** Some logs whose messages were sent at few times; the same for the same seed. */
class Logs {
  readonly #random: (below: number) => number
  readonly #logs = new Map<number, ReturnType<typeof createMemoryPages>>()
  /** All that is wanted, oldest first, as `<log>:<position>`. */
  readonly expected: string[]

  constructor(seed: number) {
    let state = seed + 1
    this.#random = (below) => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
      return ((state ^ (state >>> 13)) >>> 0) % below
    }
    const all: { log: number; message: MemoryMessage }[] = []
    for (let log = 0; log < 2 + this.#random(3); log++) {
      const messages = this.#messages()
      const sizes = { chunk: 1 + this.#random(4), looks: 1 + this.#random(9) }
      this.#logs.set(log, createMemoryPages(messages, sizes))
      all.push(...messages.map((message) => ({ log, message })))
    }
    this.expected = all
      .filter(({ message }) => message.isWanted)
      .sort(
        (one, other) =>
          one.message.sentAt.localeCompare(other.message.sentAt) ||
          one.log - other.log ||
          one.message.position - other.message.position,
      )
      .map(({ log, message }) => `${log}:${message.position}`)
  }

  #messages(): MemoryMessage[] {
    let second = 0
    return Array.from({ length: this.#random(25) }, (_, at) => {
      second += this.#random(2)
      const sentAt = new Date(second * 1_000).toISOString()
      return { position: at + 1, sentAt, isWanted: this.#random(3) > 0 }
    })
  }

  /** A page from positions on, and where it leads to. */
  async page(order: Order, limit: number, text?: string, isEndless = false) {
    const positions = text === undefined ? undefined : parsePositions(text)
    const side = order === 'asc' ? 'after' : 'before'
    const queries = new Map(
      [...this.#logs.keys()].map((log): [number, PageQuery] => [
        log,
        { channels: [`${log}`], limit: isEndless ? 4 : limit, order, [side]: positions?.get(log) },
      ]),
    )
    const read = async (query: PageQuery) => {
      const log = Number(query.channels[0])
      const page = this.#logs.get(log)?.(query)
      return (
        page && {
          ...page,
          entries: page.entries.map((entry) => ({ ...entry, json: marked(log, entry.json) })),
        }
      )
    }
    const parts = (await openParts(queries, read, isEndless)) ?? []
    const messages: string[] = []
    for await (const run of mergeParts(parts, { order, limit })) messages.push(...run.map(nameOf))
    return { messages, ...mergedLinks(parts, order) }
  }

  /** All pages, one after the other. */
  async walk(order: Order, limit: number) {
    const pages = [await this.page(order, limit)]
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
      pages.push(await this.page(order, limit, next))
    }
    return pages
  }
}

const marked = (log: number, json: string): string => JSON.stringify({ ...JSON.parse(json), log })

function nameOf(json: string): string {
  const { log, position }: { log: number; position: number } = JSON.parse(json)
  return `${log}:${position}`
}

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed)

describe('Pages over several logs', () => {
  test.each<[Order]>([['asc'], ['desc']])(
    'have all messages once, in order (%s)',
    async (order) => {
      for (const seed of SEEDS) {
        const logs = new Logs(seed)
        const pages = await logs.walk(order, 1 + (seed % 7))
        const found = pages.flatMap(({ messages }) => messages)
        const expected = order === 'asc' ? logs.expected : logs.expected.toReversed()
        expect([seed, found]).toEqual([seed, expected])
      }
    },
  )

  test.each<[Order, Order]>([
    ['asc', 'desc'],
    ['desc', 'asc'],
  ])('lead back from their first message (%s)', async (order, opposite) => {
    let followed = 0
    for (const seed of SEEDS) {
      const logs = new Logs(seed)
      const limit = 1 + (seed % 7)
      const inOrder = opposite === 'asc' ? logs.expected : logs.expected.toReversed()
      for (const { messages, prev } of await logs.walk(order, limit)) {
        if (prev === undefined) continue
        const before = inOrder.slice(inOrder.indexOf(messages[0] ?? '') + 1)
        const back = (await logs.page(opposite, limit, prev)).messages
        expect([seed, back]).toEqual([seed, before.slice(0, back.length)])
        followed += back.length
      }
    }
    expect(followed).toBeGreaterThan(1_000)
  })

  test('of a read without an end are one', async () => {
    for (const seed of SEEDS) {
      const logs = new Logs(seed)
      const { messages, next } = await logs.page('asc', Infinity, undefined, true)
      expect([seed, messages, next]).toEqual([seed, logs.expected, undefined])
    }
  })

  test('begin and end where there is nothing more', async () => {
    for (const seed of SEEDS) {
      const pages = await new Logs(seed).walk('desc', 3)
      expect([pages[0]?.prev, pages.at(-1)?.next]).toEqual([undefined, undefined])
    }
  })
})
