import { Access, type AccessOptions } from '../chassis/auth/access.ts'
import { BrokerControl } from '../chassis/broker/control.ts'
import { Devices, type Rights } from '../chassis/broker/devices.ts'
import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'
import { connectMqtt, endMqtt } from '../chassis/mqtt.ts'

export interface DeviceFollowerOptions {
  devices: Pick<Devices, 'follow'>
  access: Pick<Access, 'table' | 'catchUp' | 'age' | 'onChange'>
  isConnected: () => boolean
  clock: Clock
  logger: Pick<Logger, 'warn' | 'info'>
}

const END_MS = 1_000
const LOOK_MS = 500
/** While the table cannot be read, there is no use in asking the broker. */
const FRESH_MS = 3_000
/** Compares without a reason too: of two replicas at the same user, the one with older rights may have written last. */
const AGAIN_MS = 10_000
/** Rests so many times as long as the last comparison took: with very many devices, that is work for the broker. */
const REST = 9

/**
 * Makes the rights of devices at the broker what the table of grants and revocations says. Whatever was missed, while the broker was
 * away or this was not running, is found by comparing.
 */
export class DeviceFollower {
  readonly #options: DeviceFollowerOptions
  readonly #looks: Recurring
  readonly #stop: () => void
  #isDue = true
  #restsUntil = 0
  #hasFailed = false

  constructor(options: DeviceFollowerOptions) {
    this.#options = options
    const { access, clock } = options
    access.onChange(() => this.due())
    this.#looks = new Recurring(clock, LOOK_MS, () => this.#look())
    this.#stop = clock.every(AGAIN_MS, () => this.due())
  }

  /** Compares at the next look, within half a second. */
  due(): void {
    this.#isDue = true
  }

  /** Waits for the comparison that is under way. */
  async close(): Promise<void> {
    this.#stop()
    await this.#looks.close()
  }

  async #rights(): Promise<Rights> {
    const { access } = this.#options
    if (!(await access.catchUp())) throw new Error('grants and revocations could not be read')
    return access.table
  }

  async #look(): Promise<void> {
    const { devices, access, isConnected, clock, logger } = this.#options
    const began = clock.now()
    if (!this.#isDue || began < this.#restsUntil) return
    if (!isConnected() || access.age > FRESH_MS) return
    this.#isDue = false
    try {
      await devices.follow(() => this.#rights())
      if (this.#hasFailed) logger.info('devices have the rights of their grants again')
      this.#hasFailed = false
      this.#restsUntil = clock.now() + REST * (clock.now() - began)
    } catch (error) {
      this.#isDue = true
      if (!this.#hasFailed)
        logger.warn({ err: error }, 'devices do not get the rights of their grants')
      this.#hasFailed = true
    }
  }
}

export interface FollowedBroker {
  /** As the user `account`. */
  url: string
  /** Of the topics. */
  prefix: string
  changes: AccessOptions['changes']
  clock: Clock
  logger: Logger
}

/** Follows the table at a broker until the returned function is called. */
export function followDevices({ url, prefix, changes, clock, logger }: FollowedBroker) {
  const client = connectMqtt(url, 'causeway-account', logger)
  const access = new Access({
    changes,
    clock,
    now: () => Date.now(),
    onError: (error) => logger.warn({ err: error }, 'grants and revocations could not be read'),
  })
  const follower = new DeviceFollower({
    devices: new Devices(new BrokerControl(client), prefix),
    access,
    isConnected: () => client.connected,
    clock,
    logger,
  })
  client.on('connect', () => follower.due())
  const stopReading = access.start()
  return async (): Promise<void> => {
    void follower.close()
    stopReading()
    await endMqtt(client, END_MS)
  }
}
