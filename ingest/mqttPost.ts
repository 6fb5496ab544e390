import type { IPublishPacket } from 'mqtt'
import { z } from 'zod'
import { messageType } from '../chassis/description/parameters.ts'
import { Problem } from '../contract/problem.ts'
import { type Content, parseContent } from './draft.ts'
import { idempotencyKey } from './idempotencyKey.ts'
import { dataOf } from './mqttData.ts'
import { parseSignal, type SignalContent } from './signalContent.ts'

/** The user properties that are looked at. A post over HTTP has the same in its body and its headers, where they are checked. */
export const PostProperties = z.object({
  'idempotency-key': idempotencyKey
    .optional()
    .describe('Makes it safe to publish again: with it there is one message'),
  type: messageType.optional().describe('The message’s type'),
  about: z.string().optional().describe('The message that it is about, as JSON'),
  signal: z.literal('true').optional().describe('It is a signal: nobody stores it'),
})

/** What a packet says beside its topic. */
export interface MqttPost {
  content: Content
  /** The idempotency key of its sender. */
  key: string | undefined
}

/**
 * Reads a packet by its user properties `type`, `about` (JSON) and `idempotency-key`, its content type and its payload. Packets of
 * MQTT 3.1.1 have a payload only. Throws a Problem as for the body of a post.
 */
export function readMqttPost(packet: IPublishPacket, maxBytes: number): MqttPost {
  const about = property(packet, 'about')
  const members = about === undefined ? [] : [`"about":${checkJson(about)}`]
  const content = parseContent(bodyOf(packet, maxBytes, members))
  return { content, key: property(packet, 'idempotency-key') }
}

/** The same for a signal, which has a type and data only. */
export function readMqttSignal(packet: IPublishPacket, maxBytes: number): SignalContent {
  return parseSignal(bodyOf(packet, maxBytes, []))
}

/** The body that a POST would have: so both doors read the same. */
function bodyOf(packet: IPublishPacket, maxBytes: number, more: readonly string[]): Buffer {
  const bytes = Buffer.from(packet.payload)
  if (bytes.length > maxBytes) {
    throw new Problem('too-large', `At most ${maxBytes} bytes are allowed.`)
  }
  const { contentType, payloadFormatIndicator: isText } = packet.properties ?? {}
  const data = dataOf({ bytes, contentType, isText })
  const type = property(packet, 'type')
  const members = [
    ...(type === undefined ? [] : [`"type":${JSON.stringify(type)}`]),
    ...more,
    `"data":${data}`,
  ]
  return Buffer.from(`{${members.join(',')}}`)
}

function property(
  { properties }: IPublishPacket,
  name: keyof typeof PostProperties.shape,
): string | undefined {
  const value = properties?.userProperties?.[name]
  if (!Array.isArray(value)) return value
  throw new Problem('invalid-parameter', `The user property ${name} is there more than once.`)
}

/** Whole JSON by itself: half of one could end the member that it is put into. */
function checkJson(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    throw new Problem('invalid-parameter', 'The user property about is not JSON.')
  }
}
