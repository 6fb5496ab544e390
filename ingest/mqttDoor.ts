import { randomUUID } from 'node:crypto'
import type { Clock } from '../chassis/clock.ts'
import { within } from '../chassis/deadline.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'
import type { MqttSessions } from '../history/mqttSessions.ts'
import { MqttSession, type MqttSessionOptions } from './mqttSession.ts'

const EVERY_MS = 1_000
/** Sessions at once. Each may have posts that wait for a log that is away. */
const MOST_HELD = 8

export interface MqttDoorOptions extends Omit<MqttSessionOptions, 'clientId'> {
  sessions: Pick<MqttSessions, 'keep' | 'adopt' | 'release' | 'remove'>
  clock: Pick<Clock, 'every'>
  logger: Logger
}

/**
 * Receives posts from the broker, as one of all ingests. The broker gives what an ingest has not acknowledged to nobody but the
 * same session. So a session whose ingest died or stopped is adopted by another ingest, which handles what is in it, and ends it.
 * A session that lost its connection, or is worn, goes the same way. Its own session begins first: no post finds none.
 */
export class MqttDoor {
  readonly #options: MqttDoorOptions
  readonly #recurring: Recurring
  /** Those that are this process's, by client id. */
  readonly #held = new Map<string, MqttSession>()
  #current: MqttSession | undefined
  #nextId = newId()
  /** The one whose posts are being received. */
  #adopted: MqttSession | undefined
  #isAway = false

  constructor(options: MqttDoorOptions) {
    this.#options = options
    this.#recurring = new Recurring(options.clock, EVERY_MS, () => this.#attend())
    this.#recurring.begin()
  }

  /** Whether posts come in by a session of this process. */
  get isReceiving(): boolean {
    return this.#current !== undefined
  }

  /**
   * Handles what is under way, for `milliseconds` at most. Its sessions stay at the broker for other ingests to adopt: if it is the
   * last one, posts wait there until an ingest starts.
   */
  async close(milliseconds: number): Promise<void> {
    await within(milliseconds, 'ending', this.#finish()).catch(() => {})
    await Promise.all([...this.#held.values()].map((session) => this.#leave(session)))
  }

  async #finish(): Promise<void> {
    await this.#recurring.close()
    await Promise.all([...this.#held.values()].map((session) => session.pause()))
  }

  async #attend(): Promise<void> {
    const { sessions, logger } = this.#options
    try {
      if (this.#held.size > 0) await sessions.keep([...this.#held.keys()])
      const worn = this.#current?.isWorn === true ? this.#current : undefined
      if (this.#current === undefined || worn !== undefined) await this.#begin()
      if (worn !== undefined) void this.#retire(worn)
      // Only with a broker that answers, and one at a time.
      if (this.#adopted === undefined && this.#held.size < MOST_HELD) await this.#adopt()
      if (this.#isAway) logger.info('posts by MQTT are received again')
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway) logger.warn({ err: error }, 'posts by MQTT cannot be received')
      this.#isAway = true
    }
  }

  async #begin(): Promise<void> {
    // Known before the broker has it: if this process dies in between, it is still found.
    await this.#options.sessions.keep([this.#nextId])
    const session = this.#open(this.#nextId)
    try {
      await session.connected()
      await session.subscribe()
    } catch (error) {
      session.close()
      throw error
    }
    this.#nextId = newId()
    this.#current = session
    void session.ended.then(() => this.#lose(session))
  }

  async #lose(session: MqttSession): Promise<void> {
    if (this.#current !== session) return
    this.#current = undefined
    this.#options.logger.warn({ session: session.clientId }, 'posts by MQTT: the connection broke')
    await this.#leave(session)
  }

  async #adopt(): Promise<void> {
    const id = this.#recurring.isClosed ? undefined : await this.#options.sessions.adopt()
    if (id === undefined) return
    this.#options.logger.info({ session: id }, 'posts by MQTT: a session is taken over')
    const session = this.#open(id)
    // Its posts may wait for their log for long; the next session may have posts of other logs.
    const received = (): void => {
      if (this.#adopted === session) this.#adopted = undefined
    }
    this.#adopted = session
    void session
      .connected()
      .then((isThere) => this.#retire(session, isThere, received))
      .catch(() => this.#leave(session))
      .finally(received)
  }

  async #retire(session: MqttSession, isThere = true, onReceived = () => {}): Promise<void> {
    const { clientId } = session
    if (this.#current === session) this.#current = undefined
    try {
      await (isThere ? session.drain(onReceived) : session.end())
      this.#held.delete(clientId)
      await this.#options.sessions.remove(clientId)
    } catch (error) {
      this.#options.logger.warn({ err: error, session: clientId }, 'posts by MQTT: not drained')
      await this.#leave(session)
    }
  }

  /** Whoever adopts it next goes on. */
  async #leave(session: MqttSession): Promise<void> {
    session.close()
    if (!this.#held.delete(session.clientId) || session.isTaken) return
    // Without the database it is free when nobody has kept it for some seconds.
    await this.#options.sessions.release(session.clientId).catch(() => {})
  }

  #open(clientId: string): MqttSession {
    const session = new MqttSession({ ...this.#options, clientId })
    this.#held.set(clientId, session)
    return session
  }
}

function newId(): string {
  return `causeway-ingest-posts-${randomUUID()}`
}
