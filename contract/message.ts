/**
 * A message, and its one encoding. The encoding is made once, from what the database returned, and the same bytes travel
 * through MQTT and Redis into every stream, so that no hop can disagree with another about a message's body.
 */
export interface Message {
  /** Its place in the log, from 1, without holes. */
  position: number
  /** The position of the message before it on the same channel; 0 for the first. */
  previous: number
  /** UUID v7. */
  id: string
  channel: string
  type: string
  sender: Sender
  /** Any JSON. */
  data: unknown
  /** RFC 3339 with milliseconds, UTC. Never earlier than that of the message before it in the log. */
  sentAt: string
}

export interface Sender {
  id: string
  name: string
}

export const DEFAULT_TYPE = 'message'

/** What a hop needs to place a message, and the encoding that it passes on. */
export interface Entry {
  position: number
  previous: number
  channel: string
  json: string
}

/** `data` is JSON text already and is spliced in as it is: `JSON.parse(encodeMessage(m)).data` is what the database holds. */
export function encodeMessage(message: Omit<Message, 'data'> & { data: string }): string {
  const { position, previous, id, channel, type, sender, data, sentAt } = message
  const rest = JSON.stringify({ id, channel, type, sender }).slice(1, -1)
  return `{"position":${position},"previous":${previous},${rest},"data":${data},"sentAt":"${sentAt}"}`
}

const HEAD = /^\{"position":([1-9][0-9]{0,15}),"previous":(0|[1-9][0-9]{0,15}),"id":"/

/**
 * Reads a message's place from the start of its encoding, without parsing the rest: this runs once per message and hop.
 * Undefined where the text is not such an encoding.
 */
export function readEntry(channel: string, json: string): Entry | undefined {
  const [, position, previous] = HEAD.exec(json) ?? []
  if (position === undefined || previous === undefined) return undefined
  // Ours is one line, which is what lets it be written into a stream as it is.
  if (json.includes('\n') || json.includes('\r')) return undefined
  const entry = { position: Number(position), previous: Number(previous), channel, json }
  return Number.isSafeInteger(entry.position) && entry.previous < entry.position ? entry : undefined
}
