import mqtt, { type MqttClient } from 'mqtt'

/** A copy of a message, as it stands on MQTT. */
export interface Copy {
  topic: string
  payload: string
  /** The epoch, and whatever proves the copy. */
  properties: Record<string, string | string[]>
}

const KEPT = 2_000
const PREFIX = 'causeway/channels/'

/** Someone who may listen and write at the broker, but has no key: keeps the copies that it hears. */
export class MqttWire {
  /** The last ones, oldest first. */
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
