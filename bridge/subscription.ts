import type { MqttClient } from 'mqtt'
import { allChannelsFilter, topicChannel } from '../contract/channel.ts'
import { readEntry, type Entry } from '../contract/message.ts'

export interface SubscriptionOptions {
  prefix: string
  onEntry: (epoch: string, entry: Entry) => void
  /** The subscription is in place, for the first time or again: whatever was published before may have been missed. */
  onSubscribed: () => void
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
  client.on('connect', () => {
    client.subscribe(allChannelsFilter(options.prefix), { qos: 1 }, (error) => {
      // A connection without its subscription would look alive and hear nothing.
      if (error) client.stream.destroy()
      else options.onSubscribed()
    })
  })
}
