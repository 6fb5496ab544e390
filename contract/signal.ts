import { pathChannel } from './channel.ts'
import type { Sender } from './message.ts'

/**
 * A signal: typing, a cursor that moves. It goes the way of a message without the log. So it has no position, nobody stores it, and
 * any hop may drop it.
 */
export interface Signal {
  channel: string
  type: string
  sender: Sender
  /** Any JSON. */
  data: unknown
  /** RFC 3339 with milliseconds, UTC, by the clock of the ingest that took it. */
  sentAt: string
}

export const DEFAULT_SIGNAL_TYPE = 'signal'

/** For the body of a signal over HTTP, and the payload of one over MQTT. */
export const MAX_SIGNAL_BYTES = 4_096

/** A signal that was on its way for longer is dropped: nobody types any more. It also bounds for how long a copied one passes. */
export const MAX_SIGNAL_AGE_MS = 30_000

/** Its one encoding, which all hops pass on. `data` is JSON text. The time is last, as in a message. */
export function encodeSignal({
  channel,
  type,
  sender,
  data,
  sentAt,
}: Omit<Signal, 'data'> & { data: string }): string {
  const rest = JSON.stringify({ channel, type, sender }).slice(1, -1)
  return `{${rest},"data":${data},"sentAt":"${sentAt}"}`
}

/** `"sentAt":"2026-11-21T19:33:02.123Z"}` */
const END = /"sentAt":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"\}$/

/** When an encoded signal was sent, in milliseconds since 1970; NaN if the text is none. */
export function signalTime(json: string): number {
  // One line, so that it can go into a stream as it is.
  if (json.includes('\n') || json.includes('\r')) return NaN
  return Date.parse(END.exec(json)?.[1] ?? '')
}

/** The MQTT topic of a channel's signals: `causeway/signals/rooms/berlin`. */
export function signalTopic(prefix: string, channel: string): string {
  return `${prefix}/signals/${channel.replaceAll('.', '/')}`
}

/** The filter that matches the topics of every channel's signals. */
export function allSignalsFilter(prefix: string): string {
  return `${prefix}/signals/#`
}

/** The channel of such a topic; undefined if the topic is not one of these. */
export function signalTopicChannel(prefix: string, topic: string): string | undefined {
  const start = `${prefix}/signals/`
  return topic.startsWith(start) ? pathChannel(topic.slice(start.length)) : undefined
}
