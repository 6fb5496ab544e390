import type { Clock } from '../../chassis/clock.ts'
import type { Sender } from '../../contract/message.ts'
import type { Listener } from '../presence/attended.ts'
import type { Presence } from '../presence/presence.ts'
import type { SignalFanout } from '../signals/signalFanout.ts'
import type { SignalSubscription } from '../signals/signalSubscription.ts'

/** What a stream asks for beside its messages, on some of its channels. */
export interface EphemeralQuery {
  presence: readonly string[]
  signals: readonly string[]
}

/** The part of one log. */
interface EphemeralLog {
  presence: Pick<Presence, 'join' | 'leave' | 'tell'>
  signals: Pick<SignalSubscription, 'want' | 'leave'>
}

interface EphemeralOptions {
  logOf: (channel: string) => EphemeralLog | undefined
  logs: readonly EphemeralLog[]
  fanout: SignalFanout
  clock: Pick<Clock, 'every'>
}

/**
 * Writes in a tick, some microseconds each. Together at most a tenth of the process's time, whatever happens: messages come first. If
 * those keep the process busy, ticks are late, and even fewer.
 */
const TICK_MS = 20
const WRITES = 200
/** So that a flood of signals leaves something for presence. */
const SIGNAL_WRITES = 150

interface Asked extends EphemeralQuery {
  personId: string
}

/** The streams that asked for presence or signals. Any other stream is not known here, and costs nothing. */
export class Ephemeral {
  readonly #options: EphemeralOptions
  readonly #asked = new Map<Listener, Asked>()
  readonly #stop: () => void
  #turn = 0

  constructor(options: EphemeralOptions) {
    this.#options = options
    this.#stop = options.clock.every(TICK_MS, () => this.#tick())
  }

  /** A stream of `person` that asked has begun. */
  begin(listener: Listener, { presence, signals }: EphemeralQuery, person: Sender): void {
    const { logOf, fanout } = this.#options
    this.#asked.set(listener, { presence, signals, personId: person.id })
    for (const channel of presence) logOf(channel)?.presence.join(channel, person, listener)
    for (const channel of signals) {
      if (fanout.join(channel, listener)) logOf(channel)?.signals.want(channel)
    }
  }

  /** A stream has ended. `isShutOut`: its person may not come back to that channel. */
  end(listener: Listener, isShutOut: (channel: string) => boolean = () => false): void {
    const asked = this.#asked.get(listener)
    if (asked === undefined) return
    this.#asked.delete(listener)
    const { logOf, fanout } = this.#options
    for (const channel of asked.presence) {
      const how = isShutOut(channel) ? 'soon' : 'grace'
      logOf(channel)?.presence.leave(channel, asked.personId, listener, how)
    }
    for (const channel of asked.signals) {
      if (fanout.leave(channel, listener)) logOf(channel)?.signals.leave(channel)
    }
  }

  close(): void {
    this.#stop()
  }

  #tick(): void {
    const { logs, fanout } = this.#options
    let left = WRITES - SIGNAL_WRITES + fanout.tell(SIGNAL_WRITES)
    // Each log is the first in its turn.
    this.#turn = (this.#turn + 1) % logs.length
    for (let at = 0; at < logs.length && left > 0; at++) {
      left = logs[(this.#turn + at) % logs.length]?.presence.tell(left) ?? left
    }
  }
}
