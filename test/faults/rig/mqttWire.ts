import mqtt, { type MqttClient } from 'mqtt'

/** A copy of a message, as MQTT carries it. */
export interface Copy {
  topic: string
  payload: string
  /** The epoch, and the proof of the copy. */
  properties: Record<string, string | string[]>
}

const KEPT = 2_000
const PREFIX = 'causeway/channels/'

/** An attacker who may read and write at the broker, but has no key. It keeps the copies that it reads. */
export class MqttWire {
  /** The last copies, oldest first. */
  readonly copies: Copy[] = []
  readonly #client: MqttClient

  static async open(url: string): Promise<MqttWire> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5 })
    const wire = new MqttWire(client)
    await client.subscribeAsync(`${PREFIX}#`, { qos: 1 })
    return wire
  }

  private constructor(client: MqttClient) {
    this.#client = client
    client.on('message', (topic, payload, { properties }) => {
      this.copies.push({
        topic,
        payload: payload.toString(),
        properties: { ...properties?.userProperties },
      })
      if (this.copies.length > KEPT) this.copies.shift()
    })
  }

  async send({ topic, payload, properties }: Copy): Promise<void> {
    await this.#client.publishAsync(topic, payload, {
      qos: 1,
      properties: { userProperties: properties },
    })
  }

  async close(): Promise<void> {
    await this.#client.endAsync()
  }
}
