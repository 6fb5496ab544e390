import type { Layout } from '../chassis/layout.ts'
import type { LinkedEntry } from '../contract/message.ts'
import type { MqttSessions } from '../history/mqttSessions.ts'
import { type BrokerOptions, IngestBroker } from './ingestBroker.ts'
import type { MqttDoorOptions } from './mqttDoor.ts'

interface BrokersOptions extends Pick<BrokerOptions, 'publishing' | 'logger'> {
  /** Of each log. */
  sessionsOf: (log: number) => MqttSessions
}

/**
 * The brokers of all logs, each once. A message goes to its log's broker. Posts come from every broker, for channels of any log: whoever
 * posts need not know the layout.
 */
export class Brokers {
  readonly #logOf: (channel: string) => number
  readonly #byUrl = new Map<string, IngestBroker>()
  readonly #byLog = new Map<number, IngestBroker>()

  constructor(
    { logs, channelLogs }: Layout<{ MQTT_URL: string }>,
    { sessionsOf, ...options }: BrokersOptions,
  ) {
    this.#logOf = (channel) => channelLogs.logOf(channel)
    for (const { id, MQTT_URL: url } of logs) {
      const broker =
        this.#byUrl.get(url) ??
        new IngestBroker({
          ...options,
          url,
          logs: logs.length,
          sessions: sessionsOf(id),
        })
      this.#byUrl.set(url, broker)
      this.#byLog.set(id, broker)
    }
  }

  /** See Publisher. */
  publish(entry: LinkedEntry, epoch: string): void {
    this.#byLog.get(this.#logOf(entry.channel))?.publisher.publish(entry, epoch)
  }

  /** See IngestBroker. */
  signal(channel: string, json: string, mac: string): boolean {
    return this.#byLog.get(this.#logOf(channel))?.signal(channel, json, mac) ?? false
  }

  openDoors(handle: MqttDoorOptions['handle']): void {
    for (const broker of this.#byUrl.values()) broker.openDoor(handle)
  }

  /** See IngestBroker. */
  async closeDoors(): Promise<void> {
    await this.#ofEach((broker) => broker.closeDoor())
  }

  async close(): Promise<void> {
    await this.#ofEach((broker) => broker.close())
  }

  #ofEach(run: (broker: IngestBroker) => Promise<void>): Promise<void[]> {
    return Promise.all([...this.#byUrl.values()].map(run))
  }
}
