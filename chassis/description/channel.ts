import type { z } from 'zod'

/** Where messages flow: a stream, or the topics of MQTT that one pattern names. */
export interface FlowChannel {
  /** Unique in the description. */
  id: string
  over: 'http' | 'mqtt'
  /** With parameters in braces, like a path. For MQTT below the prefix of all topics. */
  address: string
  title: string
  /** Markdown. */
  description: string
  parameters?: Readonly<Record<string, { description: string; examples: string[] }>>
  /** Whether Causeway sends them or receives them. */
  action: 'send' | 'receive'
  messages: readonly FlowMessage[]
  /** The id of the channel on which each message is answered. */
  reply?: string
}

export interface FlowMessage {
  /** Unique in the description. */
  name: string
  summary: string
  payload: z.ZodType
  /** The fields of an event beside its data, or the user properties of MQTT. */
  headers?: z.ZodObject
  examples: readonly FlowExample[]
}

interface FlowExample {
  name: string
  summary: string
  /** For the parameters of the channel's address. */
  parameters?: Readonly<Record<string, string>>
  headers?: Readonly<Record<string, string>>
  payload: unknown
}
