import { EventSource } from 'eventsource'
import { parentPort, workerData } from 'node:worker_threads'
import { ChannelLogs } from '../../../contract/channelLogs.ts'
import { Journal } from './journal.ts'
import { EventLog } from './eventLog.ts'
import type { ChainRecord } from '../judge/records.ts'

/** The channels that each reader follows, and the file for its records. */
export interface PackageReaderData {
  readers: { origin: string; channels: string[]; headers: Record<string, string>; file: string }[]
  /** All logs, by their numbers. */
  logs: readonly number[]
}

/** The progress of each reader, for the main thread. */
export interface PackageReaderState {
  /** Up to which position it has each channel. */
  readers: [channel: string, position: number][][]
  messages: number
}

const EVENTS = ['message', 'ready', 'gap', 'reset', 'goodbye'] as const
const TELL_EVERY_MS = 100

/**
 * Readers by the unmodified `eventsource` package, in their own thread. The package alone decides about ends, errors and resuming, and
 * nothing removes duplicates.
 */
const { readers, logs }: PackageReaderData = workerData
const channelLogs = new ChannelLogs(logs, [])
const open = readers.map(({ origin, channels, headers, file }) => {
  const eventLog = new EventLog<ChainRecord>(file)
  const journal = new Journal({
    write: (record) => eventLog.write(record),
    skipsRepeats: false,
    logOf: (channel) => channelLogs.logOf(channel),
  })
  const url = new URL('/events', origin)
  for (const channel of channels) url.searchParams.append('channel', channel)
  const source = new EventSource(url, {
    fetch: (address, init) => {
      journal.connect(origin, init.headers['Last-Event-ID'] ?? '')
      return fetch(address, { ...init, headers: { ...init.headers, ...headers } })
    },
  })
  for (const name of EVENTS) {
    source.addEventListener(name, ({ data, lastEventId }) =>
      journal.event(name, String(data), lastEventId),
    )
  }
  source.addEventListener('error', ({ code, message }) => {
    const isFinal = source.readyState === EventSource.CLOSED ? ', and stops' : ''
    journal.close(`${code ?? ''} ${message ?? ''}${isFinal}`.trim())
  })
  return { source, eventLog, journal, channels }
})

const timer = setInterval(() => {
  const state: PackageReaderState = {
    readers: open.map(({ journal, channels }) =>
      channels.map((name): [string, number] => [name, journal.positionOf(name)]),
    ),
    messages: open.reduce((sum, { journal }) => sum + journal.messages, 0),
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(state)
}, TELL_EVERY_MS)

parentPort?.on('message', () => void close())

async function close(): Promise<void> {
  clearInterval(timer)
  for (const { source } of open) source.close()
  await Promise.all(open.map(({ eventLog }) => eventLog.close()))
  // The fetches of the closed sources may stay open for a while.
  process.exit()
}
