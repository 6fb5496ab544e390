import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { BrokerControl } from '../../chassis/broker/control.ts'
import { Devices } from '../../chassis/broker/devices.ts'
import type { Child } from '../../stack/child.ts'
import { mosquitto } from '../../stack/mosquitto.ts'
import { freePort } from '../../stack/ports.ts'
import type { Opened } from './disposables.ts'
import { openSupervisor } from './ownServer.ts'

/** How the broker refuses. */
export const REFUSED = /not authorized/i

/** A device's connection, and the topics that it heard. */
export interface TestDevice {
  client: MqttClient
  heard: string[]
}

/** A real broker of a test file, with the users of services. */
export class TestBroker {
  readonly #opened: Opened
  readonly #server: Child
  readonly #addresses: Record<string, string>
  #ingest: MqttClient | undefined

  static async open(opened: Opened): Promise<TestBroker> {
    const { dir, supervisor } = await openSupervisor(opened, 'broker')
    const { addresses, ...spec } = mosquitto({ dir: `${dir}/broker`, port: await freePort() })
    return new TestBroker(opened, await supervisor.start(spec), addresses)
  }

  private constructor(opened: Opened, server: Child, addresses: Record<string, string>) {
    this.#opened = opened
    this.#server = server
    this.#addresses = addresses
  }

  /** Its address for the user `account`. */
  get accountUrl(): string {
    return this.#addresses['ACCOUNT_MQTT_URL'] ?? ''
  }

  /** Its address for the user `ingest`. */
  get ingestUrl(): string {
    return this.#addresses['INGEST_MQTT_URL'] ?? ''
  }

  /** Its address for the user `bridge`. */
  get bridgeUrl(): string {
    return this.#addresses['BRIDGE_MQTT_URL'] ?? ''
  }

  /** What `npm run device` works with. */
  async devices(prefix = 'causeway'): Promise<Devices> {
    return new Devices(new BrokerControl(await this.connect(new URL(this.accountUrl))), prefix)
  }

  /** Stops it as a crash does, once its users are on disk. */
  stop(): Promise<void> {
    return this.#server.stop('SIGKILL')
  }

  async start(): Promise<void> {
    await this.#server.start()
    this.#ingest = undefined
  }

  async connect(
    address: URL,
    options: IClientOptions = {},
    heard: string[] = [],
  ): Promise<MqttClient> {
    const client = mqtt.connect(address.href, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...options,
    })
    this.#opened.add(() => client.end(true))
    // Before it is connected: the broker sends at once what has waited.
    client.on('message', (topic) => heard.push(topic))
    await new Promise((resolve, reject) => client.on('connect', resolve).on('error', reject))
    return client
  }

  async device(
    principal: string,
    password: string,
    options: IClientOptions = {},
  ): Promise<TestDevice> {
    const address = new URL(this.accountUrl)
    address.username = encodeURIComponent(principal)
    address.password = password
    const heard: string[] = []
    return {
      client: await this.connect(address, { clientId: principal, ...options }, heard),
      heard,
    }
  }

  /** As ingest does. */
  async publish(topic: string): Promise<void> {
    this.#ingest ??= await this.connect(new URL(this.ingestUrl))
    await this.#ingest.publishAsync(topic, 'x', { qos: 1 })
  }
}
