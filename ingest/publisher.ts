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
  publishes: Counter<'outcome'>
  inFlight: Gauge
}

/** MQTT 5: accepted, but no subscription matched. */
const NO_MATCHING_SUBSCRIBERS = 16

/**
 * Tells the bridges about a message at once. It is a hint and never a promise: what is not published, because the broker is
 * away or slow, the bridges find in the log within about a second. So nothing waits for it, nothing is queued for a broker
 * that is not there, and a post cannot fail by it.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #unheard = new Set<number>()
  #inFlight = 0
  #idle: () => void = () => {}

  constructor(options: PublisherOptions) {
    this.#options = options
    // The outcome is in the acknowledgement, which mqtt.js shows only here; the callback gets the packet that was sent.
    options.broker.on('packetreceive', (packet) => {
      if (packet.cmd === 'puback' && packet.reasonCode === NO_MATCHING_SUBSCRIBERS) {
        this.#unheard.add(packet.messageId ?? 0)
      }
    })
  }

  publish(entry: LinkedEntry, epoch: string): void {
    const { broker, prefix, copyKeys, window, inFlight } = this.#options
    if (!broker.connected || this.#inFlight >= window) return this.#count('skipped')
    this.#inFlight += 1
    inFlight.set(this.#inFlight)
    const settle = (error?: Error, packet?: Packet): void => {
      this.#inFlight -= 1
      inFlight.set(this.#inFlight)
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

  #count(outcome: 'acked' | 'failed' | 'skipped' | 'nobody'): void {
    this.#options.publishes.inc({ outcome })
  }
}
