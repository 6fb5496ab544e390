import type { MqttClient } from 'mqtt'
import { allChannelsFilter, topicChannel } from '../contract/channel.ts'
import { type LinkedEntry, readEntry } from '../contract/message.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import type { Logger } from '../chassis/logger.ts'

interface SubscriptionOptions {
  prefix: string
  copyKeys: CopyKeys
  /** Whether the channel is of a log that this process serves; others' copies are dropped before anything is read in them. */
  isServed: (channel: string) => boolean
  onEntry: (epoch: string, entry: LinkedEntry) => void
  /** Something came without a valid MAC. */
  onRefused: () => void
  /** The subscription stands, for the first time or again: messages published before may have been missed. */
  onSubscribed: () => void
  logger: Logger
}

/**
 * Receives every stored message. Each bridge has an ordinary subscription: a shared one would reorder messages, and strand those
 * given to a bridge that died. It skips messages without a valid MAC: they can only come from a client that the broker should not
 * let write here.
 */
export function subscribeToChannels(client: MqttClient, options: SubscriptionOptions): void {
  client.on('message', (topic, payload, packet) => {
    const channel = topicChannel(options.prefix, topic)
    if (channel !== undefined && !options.isServed(channel)) return
    const { epoch, link, mac } = packet.properties?.userProperties ?? {}
    const entry = channel === undefined ? undefined : readEntry(channel, payload.toString())
    if (entry === undefined || !isText(epoch) || !isText(link) || !isText(mac)) {
      return options.onRefused()
    }
    const linked = { ...entry, link }
    if (!options.copyKeys.provesCopy(epoch, linked, mac)) return options.onRefused()
    options.onEntry(epoch, linked)
  })
  let refused = false
  client.on('connect', () => {
    client.subscribe(allChannelsFilter(options.prefix), { qos: 1 }, (error) => {
      if (error) {
        // The connection itself comes and goes without an error, so nothing else says why: log once, not at every attempt.
        if (!refused)
          options.logger.warn({ reason: error.message }, 'subscription refused; trying again')
        refused = true
        // A connection without its subscription would look alive and receive nothing.
        client.stream.destroy()
      } else {
        refused = false
        options.onSubscribed()
      }
    })
  })
}

/** A property that came twice is a list. */
function isText(value: string | string[] | undefined): value is string {
  return typeof value === 'string'
}
