import type { MqttClient } from 'mqtt'
import { allChannelsFilter, topicChannel } from '../contract/channel.ts'
import { type LinkedEntry, readEntry } from '../contract/message.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import type { Logger } from '../chassis/logger.ts'

export interface SubscriptionOptions {
  prefix: string
  copyKeys: CopyKeys
  onEntry: (epoch: string, entry: LinkedEntry) => void
  /** Something did not prove itself. */
  onRefused: () => void
  /** The subscription is in place, for the first time or again: whatever was published before may have been missed. */
  onSubscribed: () => void
  logger: Logger
}

/**
 * Hears every stored message. An ordinary subscription for each bridge: a shared one would reorder, and strand what was
 * given to a bridge that died. What does not prove itself is passed over; it can only come from somebody whom the broker should
 * not let write here.
 */
export function subscribeToChannels(client: MqttClient, options: SubscriptionOptions): void {
  client.on('message', (topic, payload, packet) => {
    const channel = topicChannel(options.prefix, topic)
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
        // The connection itself comes and goes well, so nothing else says why: once, not at every attempt.
        if (!refused)
          options.logger.warn({ reason: error.message }, 'no subscription; trying again')
        refused = true
        // A connection without its subscription would look alive and hear nothing.
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
