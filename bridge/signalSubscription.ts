import type { MqttClient } from 'mqtt'
import { type CopyKeys, MAC_LENGTH } from '../chassis/copyKeys.ts'
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
}

/** Signals of one second: they must not take the time of messages. */
const MOST_PER_SECOND = 5_000
/** The encoding of the largest signal, whose sender has a long name. */
const MOST_BYTES = MAX_SIGNAL_BYTES + 1_024

/** Receives the signals of all channels, on a connection of its own. What comes while it is away is lost. */
export function subscribeToSignals(client: MqttClient, options: SignalSubscriptionOptions): void {
  const { prefix, copyKeys, isServed, onSignal, onRefused, onDropped, now } = options
  let second = 0
  let inSecond = 0
  const hasTime = (): boolean => {
    const current = Math.floor(now() / 1_000)
    if (current !== second) inSecond = 0
    second = current
    return ++inSecond <= MOST_PER_SECOND
  }
  client.on('message', (topic, payload, packet) => {
    if (!hasTime()) return onDropped()
    const channel = signalTopicChannel(prefix, topic)
    if (channel !== undefined && !isServed(channel)) return
    const mac = packet.properties?.userProperties?.['mac']
    if (channel === undefined || typeof mac !== 'string') return onRefused()
    if (mac.length !== MAC_LENGTH || payload.length > MOST_BYTES) return onRefused()
    const sealed = mac + payload.toString()
    if (copyKeys.openSignal(channel, sealed) === undefined) return onRefused()
    void onSignal(channel, sealed)
  })
  client.on('connect', () => {
    client.subscribe(allSignalsFilter(prefix), { qos: 0 }, (error) => {
      // A connection without its subscription would look alive and receive nothing: the next one tries again.
      if (error) client.stream.destroy()
    })
  })
}
