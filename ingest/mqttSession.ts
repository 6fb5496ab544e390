import { setMaxListeners } from 'node:events'
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import { within } from '../chassis/deadline.ts'
import { MAX_PACKET_BYTES } from '../contract/limits.ts'
import { publishFilters } from '../contract/publishTopic.ts'
import type { Receipt } from './mqttReceipt.ts'
import { WaitingRoom } from './waitingRoom.ts'

/** Posts that the broker sends before the first of them is acknowledged. So many fill the batches of the log. */
const IN_FLIGHT = 200
/** Beyond it nothing more is read, without what waits. With one log only posts of QoS 0 get so far: nobody acknowledges them. */
const MOST_IN_FLIGHT = 2 * IN_FLIGHT
/** The broker forgets a session, and the posts in it, that no ingest has had for so long. */
const EXPIRY_SECONDS = 86_400
const ANSWER_MS = 5_000
/** MQTT 5: another connection has the session now. */
const TAKEN_OVER = 142

export interface MqttSessionOptions {
  url: string
  clientId: string
  prefix: string
  /** Packets after which the session should end. The broker counts them up to 65,535 and begins again. */
  mostPackets: number
  /** How many logs there are: posts come for any of them. */
  logs: number
  /**
   * Gets a packet with its number in the session, which is undefined for QoS 0. Resolves when it may be acknowledged. It must
   * not reject, and should give up if the session is over.
   */
  handle: (
    packet: IPublishPacket,
    session: MqttSession,
    number: number | undefined,
  ) => Promise<void>
}

/**
 * One connection that receives posts, with a session that outlives it at the broker. A packet is acknowledged after `handle`, and many are
 * handled at once. What was not acknowledged when the connection breaks comes again to whoever opens the session next.
 */
export class MqttSession {
  readonly clientId: string
  /** Resolves when the connection is gone. */
  readonly ended: Promise<void>
  readonly #options: MqttSessionOptions
  readonly #client: MqttClient
  readonly #over = new AbortController()
  readonly #marker: string
  readonly #room: WaitingRoom
  #inFlight = 0
  #lastNumber = 0
  #isTaken = false
  #isPaused = false
  #proceed: (() => void) | undefined
  #onMarker: () => void = () => {}
  #onIdle: () => void = () => {}

  constructor(options: MqttSessionOptions) {
    const { url, clientId, prefix, logs } = options
    this.clientId = clientId
    this.#options = options
    this.#marker = `${prefix}/sessions/${clientId}`
    this.#room = new WaitingRoom(logs)
    // Whatever waits listens to it.
    setMaxListeners(0, this.#over.signal)
    this.#client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId,
      clean: false,
      keepalive: 5,
      connectTimeout: 3_000,
      // After a break the broker may be another one, which counts packets from 1: a new session begins, and this one is drained.
      reconnectPeriod: 0,
      resubscribe: false,
      // As in connectMqtt.
      log: () => {},
      properties: {
        receiveMaximum: IN_FLIGHT + this.#room.most,
        maximumPacketSize: MAX_PACKET_BYTES,
        sessionExpiryInterval: EXPIRY_SECONDS,
      },
    })
    this.#client.handleMessage = (packet, next) => this.#receive(packet, next)
    this.#client.on('disconnect', ({ reasonCode }) => (this.#isTaken = reasonCode === TAKEN_OVER))
    this.ended = new Promise((resolve) => {
      this.#client.on('error', () => this.#client.end(true))
      this.#client.on('close', () => {
        this.#over.abort()
        resolve()
      })
    })
  }

  /** Aborted when the connection is gone. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Another ingest has it. */
  get isTaken(): boolean {
    return this.#isTaken
  }

  /** It has received nearly as many packets as it may: begin another one, and drain this one. */
  get isWorn(): boolean {
    return this.#lastNumber >= this.#options.mostPackets
  }

  /** Resolves with whether the broker knew the session. Rejects if the broker does not answer, or refuses. */
  async connected(): Promise<boolean> {
    const connected = new Promise<boolean>((resolve) => {
      this.#client.once('connect', ({ sessionPresent }) => resolve(sessionPresent))
    })
    return this.#answer(connected)
  }

  /** Shares all posts with the other sessions that subscribe. */
  async subscribe(): Promise<void> {
    await this.#answer(
      this.#client.subscribeAsync(publishFilters(this.#options.prefix), { qos: 1 }),
    )
  }

  /** Lets a post wait for its log, unless the log's share of the room is taken. Others come in meanwhile. It must leave. */
  enter(log: number, bytes: number): boolean {
    const isIn = this.#room.enter(log, bytes)
    if (isIn) this.#readOn()
    return isIn
  }

  leave(log: number, bytes: number): void {
    this.#room.leave(log, bytes)
  }

  /** Not for long: what waits for an acknowledgement of the broker is in memory. */
  send({ topic, payload, options }: Receipt): void {
    if (this.#client.connected) this.#client.publish(topic, payload, options)
  }

  /**
   * Takes no new posts, handles all that the broker has for the session, and ends it. `onReceived`: the broker has no more, but some may
   * wait for their log. Rejects if the connection breaks: then it is still to be drained.
   */
  async drain(onReceived: () => void): Promise<void> {
    await this.#answer(this.#client.unsubscribeAsync(publishFilters(this.#options.prefix)))
    await this.#answer(this.#client.subscribeAsync(this.#marker, { qos: 1 }))
    // The broker sends in order, so it comes after all that waits.
    const marked = new Promise<void>((resolve) => (this.#onMarker = resolve))
    await this.#answer(this.#client.publishAsync(this.#marker, '', { qos: 1 }))
    await this.#orOver(marked)
    onReceived()
    await this.#orOver(this.#idle())
    await this.end()
  }

  /** Handles no more packets, and resolves when none is under way. What comes now comes again to the next one. */
  async pause(): Promise<void> {
    this.#isPaused = true
    await this.#orOver(this.#idle())
  }

  /** The broker forgets the session. */
  async end(): Promise<void> {
    const options = { reasonCode: 0, properties: { sessionExpiryInterval: 0 } }
    await within(ANSWER_MS, 'ending', this.#client.endAsync(false, options))
  }

  /** Leaves the session at the broker. */
  close(): void {
    this.#client.end(true)
  }

  async #idle(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
  }

  #receive(packet: IPublishPacket, next: (error?: Error) => void): void {
    // Without a call of `next`, mqtt.js reads nothing more.
    if (this.#isPaused) return
    if (packet.topic === this.#marker) {
      next()
      this.#onMarker()
      return
    }
    const number = packet.qos === 0 ? undefined : packet.messageId
    this.#lastNumber = Math.max(this.#lastNumber, number ?? 0)
    this.#inFlight++
    void this.#options.handle(packet, this, number).then(() => this.#settle(number))
    // With an error mqtt.js goes on to the next packet and sends no acknowledgement: ours follows.
    this.#proceed = () => next(new Error('acknowledged later'))
    this.#readOn()
  }

  #readOn(): void {
    if (this.#inFlight - this.#room.posts >= MOST_IN_FLIGHT) return
    const proceed = this.#proceed
    this.#proceed = undefined
    proceed?.()
  }

  #settle(messageId: number | undefined): void {
    this.#inFlight--
    this.#readOn()
    if (!this.#over.signal.aborted && messageId !== undefined) {
      this.#client['_sendPacket']({ cmd: 'puback', messageId, reasonCode: 0 })
    }
    if (this.#inFlight === 0) this.#onIdle()
  }

  async #answer<T>(work: Promise<T>): Promise<T> {
    return within(ANSWER_MS, 'an answer of the broker', this.#orOver(work))
  }

  /** mqtt.js forgets whom it owes an answer when the connection breaks. */
  async #orOver<T>(work: Promise<T>): Promise<T> {
    const over = this.ended.then(() => Promise.reject(new Error('the connection broke')))
    return Promise.race([work, over])
  }
}
