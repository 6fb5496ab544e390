import { afterEach, expect, test } from '@jest/globals'
import { EventSource as PackagedEventSource } from 'eventsource'
import type { ServerResponse } from 'node:http'
import { Api } from './api.ts'
import { JoinedChannel } from './joinedChannel.ts'
import { aMessage } from './messageFixture.ts'
import { answerJson, type FixtureServer, serve } from './serverFixture.ts'
import type { Message } from '../contract/message.ts'

let server: FixtureServer | undefined
let joined: JoinedChannel | undefined
afterEach(async () => {
  joined?.leave()
  await server?.stop()
})

/** A log of one channel, behind the two calls that joining makes. */
class Log {
  readonly messages: Message[] = []
  readonly resumed: string[] = []
  epoch = 'one'
  /** What `GET /events` answers instead of a stream. */
  refuse: { status: number; type: string } | undefined
  #streams = new Set<ServerResponse>()

  say(text: string): void {
    const message = aMessage({ position: this.messages.length + 1, text })
    this.messages.push(message)
    for (const stream of this.#streams) this.#write(stream, message)
  }

  async open(): Promise<FixtureServer> {
    return serve((request, response, url) => {
      if (url.pathname === '/history') return this.#history(response)
      const since = request.headers['last-event-id'] ?? url.searchParams.get('since')
      this.#stream(response, String(since))
    })
  }

  #history(response: ServerResponse): void {
    const messages = this.messages.toReversed()
    const head = messages[0]?.position ?? 0
    answerJson(response, 200, { channel: 'lobby', messages, head, next: null, prev: null })
  }

  #stream(response: ServerResponse, since: string): void {
    if (this.refuse !== undefined) {
      const { status, type } = this.refuse
      return answerJson(response, status, { type: `/problems/${type}`, title: type, status })
    }
    this.resumed.push(since)
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('retry: 50\n\n')
    const [epoch, digits] = since.includes('-') ? since.split('-') : [this.epoch, since]
    const position = Number(digits)
    if (epoch !== this.epoch) {
      response.end('event: reset\ndata: {"reason":"other-epoch"}\n\n')
      return
    }
    const ready = { position, complete: true, channels: {} }
    response.write(`event: ready\nid: ${since}\ndata: ${JSON.stringify(ready)}\n\n`)
    this.messages.slice(position).forEach((message) => this.#write(response, message))
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #write(stream: ServerResponse, message: Message): void {
    stream.write(`id: ${this.epoch}-${message.position}\ndata: ${JSON.stringify(message)}\n\n`)
  }
}

const sender = () => ({ id: 'me', name: 'Me' })

/** Joins, and tells what happens as short words: `page 1,2`, `live`, `m3`, `reconnecting`. */
async function join(log: Log) {
  server = await log.open()
  const told: string[] = []
  let wake: (() => void) | undefined
  const tell = (word: string) => {
    told.push(word)
    wake?.()
  }
  const api = new Api({ base: server.base, sender, patience: 500 })
  // The package follows the standard, but its types are of Node and not of the DOM.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const EventSource = PackagedEventSource as unknown as typeof globalThis.EventSource
  joined = new JoinedChannel(
    api,
    { base: server.base, channel: 'lobby', limit: 50, EventSource },
    {
      history: (page) => tell(`page ${page.messages.map((m) => m.position).join()}`),
      message: (message) => tell(`m${message.position}`),
      gap: (gap) => tell(`gap ${gap.after}..${gap.before}`),
      connection: (connection) => tell(connection.is),
    },
  )
  const until = async (word: string) => {
    while (!told.includes(word)) await new Promise<void>((resolve) => (wake = resolve))
    return told.splice(0)
  }
  return { until, server }
}

test('a channel is its history and then what is said, without a seam', async () => {
  const log = new Log()
  log.say('one')
  log.say('two')
  const { until } = await join(log)
  expect(await until('live')).toEqual(['connecting', 'page 2,1', 'connecting', 'live'])
  expect(log.resumed).toEqual(['2'])
  log.say('three')
  expect(await until('m3')).toEqual(['m3'])
})

test('a broken stream resumes with what was said meanwhile, once', async () => {
  const log = new Log()
  const { until, server: wire } = await join(log)
  await until('live')
  log.say('one')
  await until('m1')
  wire.cut()
  await until('reconnecting')
  log.say('two')
  log.say('three')
  expect(await until('m3')).toEqual(['live', 'm2', 'm3'])
  expect(log.resumed.at(-1)).toBe('one-1')
})

test('a stream that the browser gave up resumes after the last id', async () => {
  const log = new Log()
  const { until, server: wire } = await join(log)
  await until('live')
  log.say('one')
  await until('m1')
  log.refuse = { status: 503, type: 'unavailable' }
  wire.cut()
  await until('reconnecting')
  log.say('two')
  log.refuse = undefined
  await until('m2')
  expect(log.resumed.at(-1)).toBe('one-1')
})

test('a refusal is told', async () => {
  const log = new Log()
  log.refuse = { status: 403, type: 'forbidden' }
  const { until } = await join(log)
  expect(await until('refused')).toEqual([
    'connecting',
    'page ',
    'connecting',
    'reconnecting',
    'refused',
  ])
})

test('a log that was replaced is loaded anew', async () => {
  const log = new Log()
  log.say('one')
  const { until, server: wire } = await join(log)
  await until('live')
  log.say('two')
  await until('m2')
  log.epoch = 'two'
  log.messages.length = 0
  log.say('first of another log')
  wire.cut()
  const words = ['reconnecting', 'connecting', 'page 1', 'connecting', 'live']
  expect(await until('live')).toEqual(words)
  log.say('second')
  expect(await until('m2')).toEqual(['m2'])
})
