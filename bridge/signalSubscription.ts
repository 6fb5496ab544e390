import type { MqttClient } from 'mqtt'
import { type CopyKeys, MAC_LENGTH } from '../chassis/copyKeys.ts'
import type { Logger } from '../chassis/logger.ts'
import { RateGate } from '../chassis/rateGate.ts'
import { allSignalsFilter, MAX_SIGNAL_BYTES, signalTopicChannel } from '../contract/signal.ts'

interface SignalSubscriptionOptions {
  prefix: string
  copyKeys: Pick<CopyKeys, 'openSignal'>
  /** Whether the channel is of a log that this process serves. */
  isServed: (channel: string) => boolean
  /** Nobody waits for it. It must not reject. */
  onSignal: (channel: string, sealed: string) => Promise<void>
  /** Something came without a valid MAC. */
  onRefused: () => void
  /** More came than this process takes. */
  onDropped: () => void
  now: () => number
  logger: Logger
}

const AGAIN_MS = 30_000
/** Signals of one second: they must not take the time of messages. */
const MOST_PER_SECOND = 5_000
/** The encoding of the largest signal, whose sender has a long name. */
const MOST_BYTES = MAX_SIGNAL_BYTES + 1_024

/** Receives the signals of all channels, on a connection of its own. What comes while it is away is lost. */
export function subscribeToSignals(client: MqttClient, options: SignalSubscriptionOptions): void {
  const { prefix, copyKeys, isServed, onSignal, onRefused, onDropped, now, logger } = options
  const gate = new RateGate(MOST_PER_SECOND)
  client.on('message', (topic, payload, packet) => {
    if (!gate.pass(now())) return onDropped()
    const channel = signalTopicChannel(prefix, topic)
    if (channel !== undefined && !isServed(channel)) return
    const mac = packet.properties?.userProperties?.['mac']
    if (channel === undefined || typeof mac !== 'string') return onRefused()
    if (mac.length !== MAC_LENGTH || payload.length > MOST_BYTES) return onRefused()
    const sealed = mac + payload.toString()
    if (copyKeys.openSignal(channel, sealed) === undefined) return onRefused()
    void onSignal(channel, sealed)
  })
  let isTold = false
  const subscribe = (): void => {
    client.subscribe(allSignalsFilter(prefix), { qos: 0 }, (error) => {
      if (!error) return
      // A broker that was set up for an older version refuses until its operator gives the right.
      if (!isTold) logger.warn({ reason: error.message }, 'signals are refused; trying again')
      isTold = true
      setTimeout(again, AGAIN_MS).unref()
    })
  }
  const again = (): void => {
    if (client.connected) subscribe()
  }
  client.on('connect', subscribe)
}
