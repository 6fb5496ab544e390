import type { Packet } from 'mqtt'
import type { Counter, Gauge } from 'prom-client'
import { channelTopic } from '../contract/channel.ts'
import type { LinkedEntry } from '../contract/message.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'

/** The part of an mqtt.js client that publishing needs. */
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
  /** Most publishes that may await their acknowledgement. */
  window: number
  /** Bytes of theirs at most: the client keeps each until then, to send it again after a break. At least those of the largest one. */
  windowBytes: number
  publishes: Counter<'outcome'>
  inFlight: Gauge
}

/** MQTT 5: accepted, but no subscription matched. */
const NO_MATCHING_SUBSCRIBERS = 16
/** MQTT 5: what a broker takes at once if it does not say. */
const RECEIVE_MAXIMUM = 65_535

/**
 * Tells the bridges about a message at once. It is a hint and never a promise: what is not published, because the broker is
 * away or slow, the bridges find in the log within about a second. So nothing waits for it, nothing is queued for a broker
 * that is not there, and a post cannot fail by it.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #unheard = new Set<number>()
  #inFlight = 0
  #bytesInFlight = 0
  /** A broker that is sent more before it has acknowledged any of it may end the connection. */
  #receiveMaximum = RECEIVE_MAXIMUM
  #idle: () => void = () => {}

  constructor(options: PublisherOptions) {
    this.#options = options
    // The outcome is in the acknowledgement, which mqtt.js shows only here; the callback gets the packet that was sent.
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
      // The message is committed: its sender must not hear of this.
      settle(error instanceof Error ? error : new Error('publish failed'))
    }
  }

  /** Resolves when nothing is in flight, or after `milliseconds`: what is left then is found in the log. */
  async flush(milliseconds: number): Promise<void> {
    if (this.#inFlight === 0) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.#idle = resolve
      timer = setTimeout(resolve, milliseconds)
    })
    clearTimeout(timer)
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
    this.#options.inFlight.set(this.#inFlight)
  }

  #count(outcome: 'acked' | 'failed' | 'skipped' | 'nobody'): void {
    this.#options.publishes.inc({ outcome })
  }
}
