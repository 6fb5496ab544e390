import type { Packet } from 'mqtt'
import type { Counter, Gauge } from 'prom-client'
import { channelTopic } from '../contract/channel.ts'
import type { LinkedEntry } from '../contract/message.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import { within } from '../chassis/deadline.ts'

/** The part of an mqtt.js client that the publisher uses. */
export interface Broker {
  connected: boolean
  publish: (
    topic: string,
    payload: string,
    options: {
      qos: 1
      properties: { userProperties: { epoch: string; link: string; mac: string } }
    },
    callback: (error?: Error, packet?: Packet) => void,
  ) => unknown
  on: (event: 'packetreceive', listener: (packet: Packet) => void) => unknown
}

export interface PublisherOptions {
  broker: Broker
  prefix: string
  copyKeys: CopyKeys
  /** Maximum number of publishes that await their acknowledgement. */
  window: number
  /** Most bytes of these, at least one message's: the client keeps each, to send it again after a reconnect. */
  windowBytes: number
  publishes: Counter<'outcome'>
  /** Of all publishers together. */
  inFlight: Gauge
}

/** MQTT 5: accepted, but no subscription matched. */
const NO_MATCHING_SUBSCRIBERS = 16
/** MQTT 5: how many a broker takes at once if it does not say. */
const RECEIVE_MAXIMUM = 65_535

/**
 * Tells the bridges about a message at once. This is a hint and never a promise: if the broker is away or slow, the bridges find
 * the message in the log within about a second. So nothing waits for it, nothing is queued for an absent broker, and no post
 * fails because of it.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #unheard = new Set<number>()
  #inFlight = 0
  #bytesInFlight = 0
  /** A broker may end the connection if it gets more before it has acknowledged any. */
  #receiveMaximum = RECEIVE_MAXIMUM
  #idle: () => void = () => {}

  constructor(options: PublisherOptions) {
    this.#options = options
    // Only the acknowledgement has the outcome, and mqtt.js shows it only here; the callback gets the packet that was sent.
    options.broker.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') {
        this.#receiveMaximum = packet.properties?.receiveMaximum ?? RECEIVE_MAXIMUM
      }
      if (packet.cmd === 'puback' && packet.reasonCode === NO_MATCHING_SUBSCRIBERS) {
        this.#unheard.add(packet.messageId ?? 0)
      }
    })
  }

  publish(entry: LinkedEntry, epoch: string): void {
    const { broker, prefix, copyKeys } = this.#options
    const bytes = Buffer.byteLength(entry.json)
    if (!broker.connected || !this.#hasRoom(bytes)) return this.#count('skipped')
    this.#add(1, bytes)
    const settle = (error?: Error, packet?: Packet): void => {
      this.#add(-1, -bytes)
      if (this.#inFlight === 0) this.#idle()
      const unheard = this.#unheard.delete(packet?.messageId ?? 0)
      this.#count(error ? 'failed' : unheard ? 'nobody' : 'acked')
    }
    const mac = copyKeys.signCopy(epoch, entry)
    try {
      broker.publish(
        channelTopic(prefix, entry.channel),
        entry.json,
        { qos: 1, properties: { userProperties: { epoch, link: entry.link, mac } } },
        settle,
      )
    } catch (error) {
      // The message is committed: its sender must not see this failure.
      settle(error instanceof Error ? error : new Error('publish failed'))
    }
  }

  /** Resolves when nothing is in flight, or after `milliseconds`: the bridges read the rest from the log. */
  async flush(milliseconds: number): Promise<void> {
    if (this.#inFlight === 0) return
    const idle = new Promise<void>((resolve) => (this.#idle = resolve))
    await within(milliseconds, 'publishing', idle).catch(() => {})
  }

  #hasRoom(bytes: number): boolean {
    const { window, windowBytes } = this.#options
    return (
      this.#inFlight < Math.min(window, this.#receiveMaximum) &&
      this.#bytesInFlight + bytes <= windowBytes
    )
  }

  #add(publishes: number, bytes: number): void {
    this.#inFlight += publishes
    this.#bytesInFlight += bytes
    this.#options.inFlight.inc(publishes)
  }

  #count(outcome: 'acked' | 'failed' | 'skipped' | 'nobody'): void {
    this.#options.publishes.inc({ outcome })
  }
}
