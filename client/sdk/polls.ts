import { pause } from './pause.ts'
import { type SourceOptions, channelQuery, endedBy } from './source.ts'
import { isHistoryPage } from './typeGuards.ts'
import type { HistoryPage } from '../../contract/history.ts'
import { parseEventId } from '../../contract/eventId.ts'

/** Shorter than the time after which a proxy ends a request that has no answer; longer than the silence that a stream may keep. */
const WAIT_SECONDS = 25

const LIMIT = 500

/** A server that does not wait must not be asked all the time. */
const SHORTEST_MS = 500

/** Asks for messages again and again, as a stream for places to which no stream gets through. */
export async function readPolls(options: SourceOptions): Promise<void> {
  const { signal, put } = options
  try {
    let after = await begin(options)
    let last = 0
    while (!signal.aborted) {
      const asked = performance.now()
      const page = await ask(options, { after, order: 'asc', wait: WAIT_SECONDS, limit: LIMIT })
      // A page tells no epoch, but a log that went back has less than it had.
      if (page.head < last) return put({ is: 'reset', reset: { reason: 'ahead-of-log' } })
      last = page.messages.at(-1)?.position ?? last
      after = tell(page, after, put)
      if (page.messages.length === 0 && performance.now() - asked < SHORTEST_MS) {
        await pause(SHORTEST_MS, signal)
      }
    }
  } catch (error) {
    put(endedBy(error, 'unreachable'))
  }
}

/** Tells what the reader asks for from before now, and resolves to the position after which it goes on. */
async function begin(options: SourceOptions): Promise<number> {
  const { since, put, channels } = options
  const count = /^-(\d+)$/.exec(since)?.[1]
  const position = await startOf(options, since)
  put({ is: 'ready', id: '', ready: { position, complete: true, channels: {} } })
  if (count === undefined) return position
  const last = { order: 'desc', limit: count, before: position + 1 }
  const pages = await Promise.all(
    channels.map((channel) => ask({ ...options, channels: [channel] }, last)),
  )
  const messages = pages.flatMap((page) => page.messages)
  for (const message of messages.sort((a, b) => a.position - b.position)) {
    put({ is: 'message', id: '', message })
  }
  return position
}

/** The position that a stream with this `since` would start after. */
async function startOf(options: SourceOptions, since: string): Promise<number> {
  const known = /^\d+$/.test(since) ? Number(since) : parseEventId(since)?.position
  if (known !== undefined) return known
  const isTime = since !== '' && !since.startsWith('-')
  const page = await ask(options, { order: 'desc', limit: 1, ...(isTime && { to: since }) })
  return isTime ? (page.messages[0]?.position ?? 0) : page.head
}

/** Resolves to the position up to which all is told. */
function tell(page: HistoryPage, after: number, put: SourceOptions['put']): number {
  const { messages, low, channel } = page
  const removed = channel !== undefined && low > after
  if (removed) {
    put({ is: 'gap', id: '', gap: { channel, after, before: low + 1, reason: 'retention' } })
  }
  for (const message of messages) put({ is: 'message', id: '', message })
  const position = messages.at(-1)?.position ?? (removed ? low : after)
  put({ is: 'heartbeat', id: '', heartbeat: { position } })
  return position
}

function ask(
  { causeway, channels, signal }: SourceOptions,
  given: Record<string, string | number>,
): Promise<HistoryPage> {
  const query = channelQuery(channels)
  for (const [name, value] of Object.entries(given)) query.set(name, String(value))
  query.set('changes', 'true')
  const waitMs = Number(given.wait ?? 0) * 1_000
  return causeway.attempt(`history?${query.toString()}`, {}, isHistoryPage, signal, waitMs)
}
