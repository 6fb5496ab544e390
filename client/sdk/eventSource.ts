import { EventParser, type StreamEvent } from './eventParser.ts'
import { type SourceOptions, channelQuery, endedBy } from './source.ts'
import { isControl, isMessage, parseJson } from './typeGuards.ts'
import { EVENT_ID } from '../../contract/eventId.ts'

/**
 * Reads one stream to its end. By `fetch` and not by the browser's EventSource: that one can send no token, tells no status, and
 * comes back by its own rules.
 */
export async function readStream(options: SourceOptions): Promise<void> {
  const { causeway, channels, presence, signals, since, signal, put } = options
  const query = channelQuery(channels)
  for (const channel of presence) query.append('presence', channel)
  for (const channel of signals) query.append('signals', channel)
  const headers: Record<string, string> = { Accept: 'text/event-stream' }
  if (EVENT_ID.test(since)) headers['Last-Event-ID'] = since
  else if (since !== '') query.set('since', since)
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  try {
    const response = await causeway.open(`events?${query.toString()}`, { headers, signal })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
    reader = response.body?.getReader()
    if (!isStream || reader === undefined) {
      await reader?.cancel()
      return put({ is: 'ended', reason: 'no-stream' })
    }
  } catch (error) {
    return put(endedBy(error, 'unreachable'))
  }
  const parser = new EventParser({
    event: (event) => takeEvent(event, put),
    retry: (ms) => put({ is: 'retry', ms }),
  })
  try {
    const decoder = new TextDecoder()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parser.feed(decoder.decode(part.value, { stream: true }))
    }
  } catch {
    await reader.cancel().catch(() => undefined)
  }
  put({ is: 'ended', reason: 'broken' })
}

/** Passes on an event that has the form of its name. Any other is ignored: later versions may know more. */
function takeEvent({ name, data, id }: StreamEvent, put: SourceOptions['put']): void {
  const value = parseJson(data)
  if (name === 'message' && isMessage(value)) put({ is: 'message', id, message: value })
  if (name === 'ready' && isControl(name, value)) put({ is: 'ready', id, ready: value })
  if (name === 'heartbeat' && isControl(name, value)) put({ is: 'heartbeat', id, heartbeat: value })
  if (name === 'gap' && isControl(name, value)) put({ is: 'gap', id, gap: value })
  if (name === 'reset' && isControl(name, value)) put({ is: 'reset', reset: value })
  if (name === 'presence' && isControl(name, value)) put({ is: 'presence', presence: value })
  if (name === 'signal' && isControl(name, value)) put({ is: 'signal', signal: value })
  if (name === 'goodbye' && isControl(name, value)) put({ is: 'goodbye', id, reason: value.reason })
}
