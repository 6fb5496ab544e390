import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { clock } from '../chassis/clock.ts'
import { createHttpServer } from '../chassis/http.ts'
import type { Entry } from '../contract/message.ts'
import type { Page } from '../history/types.ts'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { ingestLimits } from '../test/support/ingestLimits.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createIngest } from './app.ts'
import { HeadWatchers } from './headWatchers.ts'
import { createIngestMetrics } from './metrics.ts'

const opened = disposables()
const entryOf = (channel: string): Entry => ({
  position: 1,
  previous: 0,
  id: '',
  channel,
  json: '{}',
})
const NO_HEADS = { epoch: 'e', position: 0, channels: new Map<string, number>() }
const PAGE: Page = {
  entries: [],
  rest: undefined,
  last: undefined,
  head: 0,
  low: 0,
  more: false,
  end: undefined,
  epoch: 'e',
}

/** An ingest whose database answers when it is told to, and takes posts at once. */
class SlowIngest {
  readonly waiting: (() => void)[] = []
  /** Of pages: read from the database at once, at most. */
  mostPages = 0
  #pages = 0
  origin = ''

  async open(): Promise<void> {
    const registry = new Registry()
    const metrics = createIngestMetrics(registry)
    const app = createIngest({
      auth: undefined,
      logger: pino({ level: 'silent' }),
      registry,
      corsOrigins: [],
      logs: {
        logOf: () => 0,
        message: (channel) => this.#wait(entryOf(channel)),
        channelNames: () => this.#wait({ channels: [], end: undefined }),
        lastMessages: () => this.#wait([]),
        all: new Map([
          [
            0,
            {
              sentBy: () => this.#wait({ entries: [], upTo: 0, isDone: true }),
              erase: () => this.#wait({ upTo: 0, count: 0, isDone: true }),
              search: () => this.#wait({ hits: [], head: 0, after: 0, upTo: 0, next: undefined }),
              markers: { unread: () => this.#wait([]), marks: () => this.#wait([]) },
            },
          ],
        ]),
        versions: () => this.#wait({ entries: [], more: false }),
        channel: (name) => this.#wait({ name, head: 0, messages: 0 }),
        page: async () => {
          this.mostPages = Math.max(this.mostPages, ++this.#pages)
          await this.#wait(undefined)
          this.#pages--
          return PAGE
        },
      },
      occupancyOf: async (channels) => channels.map(() => null),
      markers: {
        read: () => this.#wait({ version: 0, markers: [] }),
        move: () => this.#wait(true),
        leave: () => this.#wait(undefined),
      },
      acceptMessage: {
        check: () => null,
        accept: async (_author, channel) => ({ entry: entryOf(channel), isRepeat: false }),
      },
      posts: metrics.posts,
      acceptSignal: { check: () => {}, accept: () => {} },
      signals: metrics.signals,
      bodyLimits: { maxBytes: 1_000, maxReadingBytes: 1_000 },
      limits: ingestLimits(registry),
      stopping: new AbortController().signal,
      watcher: new HeadWatchers({
        logs: new Map([[0, { heads: () => this.#wait(NO_HEADS) }]]),
        logOf: () => 0,
        clock,
      }),
    })
    const server = createHttpServer(app).listen(0, '127.0.0.1')
    opened.add(() => {
      server.close()
      server.closeAllConnections()
    })
    await once(server, 'listening')
    this.origin = `http://127.0.0.1:${Object(server.address()).port}`
  }

  #wait<T>(answer: T): Promise<T> {
    return new Promise((resolve) => this.waiting.push(() => resolve(answer)))
  }
}

const READS = ['/channels', '/channels/a', '/channels/a/messages/1', '/history?channel=a']

test('all reads share one limit, beyond which each gets 503; posts are not affected', async () => {
  const ingest = new SlowIngest()
  await ingest.open()
  const answers = Array.from({ length: 100 }, () => fetch(`${ingest.origin}/channels/a`))
  await waitFor(() => ingest.waiting.length === 100)
  for (const path of READS) {
    expect(await problemOf(await fetch(`${ingest.origin}${path}`))).toBe('503 overloaded')
  }
  const post = await fetch(`${ingest.origin}/channels/a/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"data":1}',
  })
  expect(post.status).toBe(201)
  for (const answer of ingest.waiting) answer()
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200)
})

test('three pages at a time are read from the database', async () => {
  const ingest = new SlowIngest()
  await ingest.open()
  const answers = Array.from({ length: 9 }, (_, at) =>
    fetch(`${ingest.origin}/history?channel=a&limit=${at + 1}`),
  )
  for (let left = answers.length; left > 0; left--) {
    await waitFor(() => ingest.waiting.length === Math.min(3, left))
    ingest.waiting.shift()?.()
  }
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200)
  expect(ingest.mostPages).toBe(3)
})
