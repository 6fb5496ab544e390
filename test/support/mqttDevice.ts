import { expect } from '@jest/globals'
import type { IClientPublishOptions, IPublishPacket, MqttClient } from 'mqtt'
import type { LogWriter } from '../../history/logWriter.ts'
import { grant, rightsOf } from './accessRows.ts'
import type { Opened } from './disposables.ts'
import { MqttIngest, type MqttIngestOptions } from './mqttIngest.ts'
import { TestBroker } from './testBroker.ts'
import { testDatabase } from './testDatabase.ts'
import { openLog } from './testLog.ts'
import { uniquePrefix } from './uniquePrefix.ts'
import { waitFor } from './waitFor.ts'

export const DEVICE = 'device:t1'
export const PASSWORD = 'pw'
const REPLIES = `causeway/receipts/${DEVICE}/mine`

export interface Answer {
  status: number
  position?: number
  problem?: { type: string; detail?: string }
}

/** Such as `403 forbidden`. */
export const typeOf = ({ status, problem }: Answer): string =>
  `${status} ${problem?.type.replace('/problems/', '')}`

/** A device with a right to every channel at the broker, a log, and the ingest in between. */
export class MqttDevice {
  readonly broker: TestBroker
  readonly log: LogWriter
  readonly client: MqttClient
  /** The channel of the test. */
  channel = ''
  readonly #opened: Opened
  readonly #answers = new Map<string, IPublishPacket>()
  #ingest: MqttIngest | undefined
  #number = 0

  static async open(opened: Opened): Promise<MqttDevice> {
    const log = openLog(await testDatabase(), opened)
    const broker = await TestBroker.open(opened)
    const devices = await broker.devices()
    const rights = rightsOf(grant(DEVICE, '**', 'write'))
    await devices.put({ principal: DEVICE, groups: [] }, PASSWORD, rights)
    const { client } = await broker.device(DEVICE, PASSWORD)
    await client.subscribeAsync(`causeway/receipts/${DEVICE}/#`, { qos: 1 })
    return new MqttDevice(opened, { broker, log, client })
  }

  private constructor(opened: Opened, parts: Pick<MqttDevice, 'broker' | 'log' | 'client'>) {
    this.#opened = opened
    this.broker = parts.broker
    this.log = parts.log
    this.client = parts.client
    this.client.on('message', (_topic, _payload, packet) => {
      this.#answers.set(String(packet.properties?.correlationData), packet)
    })
  }

  /** The topic of its posts to the channel, or to another one. */
  topic(path = this.channel): string {
    return `causeway/publish-as/${DEVICE}/${path}`
  }

  /** The one ingest of the next test, with a channel of its own. */
  async ingest(options: Partial<MqttIngestOptions> = {}): Promise<MqttIngest> {
    await this.#ingest?.door.close(5_000)
    this.channel = uniquePrefix()
    const { broker, log } = this
    this.#ingest = await MqttIngest.open(this.#opened, { url: broker.ingestUrl, log, ...options })
    return this.#ingest
  }

  /** Publishes to the channel, and returns the receipt. */
  async ask(
    payload: string | Buffer,
    properties: IClientPublishOptions['properties'] = {},
    topic = this.topic(),
  ): Promise<Answer> {
    const id = `ask ${this.#number++}`
    const asked = { ...properties, responseTopic: REPLIES, correlationData: Buffer.from(id) }
    await this.client.publishAsync(topic, payload, { qos: 1, properties: asked })
    await waitFor(() => this.#answers.has(id))
    return readAnswer(this.#answers.get(id))
  }

  /** What the log has on the channel. */
  async messages(): Promise<{ type: string; sender: unknown; data: unknown; position: number }[]> {
    const query = { channels: [this.channel], limit: 100, order: 'asc' } as const
    const { entries } = await this.log.page(query)
    return entries.map(({ json }) => JSON.parse(json))
  }
}

function readAnswer(packet: IPublishPacket | undefined): Answer {
  const answer: Answer = JSON.parse(String(packet?.payload))
  expect([packet?.topic, packet?.properties]).toEqual([
    REPLIES,
    expect.objectContaining({
      contentType: 'application/json',
      userProperties: expect.objectContaining({ status: String(answer.status) }),
    }),
  ])
  return answer
}
