import type { MqttClient } from 'mqtt'
import { allChannelsFilter, topicChannel } from '../contract/channel.ts'
import { readEntry, type Entry } from '../contract/message.ts'
import type { Logger } from '../chassis/logger.ts'

export interface SubscriptionOptions {
  prefix: string
  onEntry: (epoch: string, entry: Entry) => void
  /** The subscription is in place, for the first time or again: whatever was published before may have been missed. */
  onSubscribed: () => void
  logger: Logger
}

/**
 * Hears every stored message. An ordinary subscription for each bridge: a shared one would reorder, and strand what was
 * given to a bridge that died. What is not an encoded message is passed over; it can only come from somebody whom the
 * broker should not let write here.
 */
export function subscribeToChannels(client: MqttClient, options: SubscriptionOptions): void {
  client.on('message', (topic, payload, packet) => {
    const channel = topicChannel(options.prefix, topic)
    const epoch = packet.properties?.userProperties?.['epoch']
    if (channel === undefined || typeof epoch !== 'string') return
    const entry = readEntry(channel, payload.toString())
    if (entry !== undefined) options.onEntry(epoch, entry)
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
