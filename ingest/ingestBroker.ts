import type { MqttClient } from 'mqtt'
import { clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'
import type { MqttSessions } from '../history/mqttSessions.ts'
import { signalTopic } from '../contract/signal.ts'
import { MqttDoor, type MqttDoorOptions } from './mqttDoor.ts'
import { Publisher, type PublisherOptions } from './publisher.ts'

/** Far from the end of the broker's numbers, 65,535: some thousands come until the next session has taken over. */
const MOST_PACKETS = 50_000
/** A stop need not wait longer for a broker: the bridges read in the log what is not acknowledged by then. */
const FLUSH_MS = 2_000
/** With more on its way to the broker, signals are dropped. */
const MOST_WAITING_BYTES = 65_536

export interface BrokerOptions {
  url: string
  /** How many logs there are, on this broker and others. */
  logs: number
  /** Of the first log on this broker: all ingests find the broker's sessions there. */
  sessions: MqttSessions
  publishing: Omit<PublisherOptions, 'broker'>
  logger: Logger
}

/** A broker, as it is for ingest: copies of messages go out to it, and posts come in. */
export class IngestBroker {
  readonly publisher: Publisher
  readonly #options: BrokerOptions
  readonly #client: MqttClient
  #door: MqttDoor | undefined

  constructor(options: BrokerOptions) {
    const { url, publishing, logger } = options
    this.#options = options
    this.#client = connectMqtt(url, 'causeway-ingest', logger)
    this.publisher = new Publisher({ ...publishing, broker: this.#client })
  }

  /** Passes a signal on, behind its MAC. False if it is dropped: it never waits for the broker, nor lets a copy wait. */
  signal(channel: string, json: string, mac: string): boolean {
    const client = this.#client
    if (!client.connected || client.stream.writableLength > MOST_WAITING_BYTES) return false
    client.publish(signalTopic(this.#options.publishing.prefix, channel), json, {
      qos: 0,
      properties: { userProperties: { mac } },
    })
    return true
  }

  /** Takes posts from now on. */
  openDoor(handle: MqttDoorOptions['handle']): void {
    const { publishing, ...options } = this.#options
    const { prefix } = publishing
    this.#door = new MqttDoor({ ...options, prefix, mostPackets: MOST_PACKETS, handle, clock })
  }

  /** First of a stop: posts that are under way still go to the log. */
  async closeDoor(): Promise<void> {
    await this.#door?.close(FLUSH_MS)
  }

  /** Last of a stop: what was appended is still published. */
  async close(): Promise<void> {
    await this.publisher.flush(FLUSH_MS)
    await endMqtt(this.#client, 500)
  }
}
