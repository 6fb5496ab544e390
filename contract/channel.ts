/**
 * Channel names, and their form on each hop.
 *
 * A name is dot-separated segments of `[A-Za-z0-9_-]`, at most 128 bytes: `rooms.berlin.alerts`. No character of it has a meaning
 * in MQTT (`+ # / $`), Redis (`{ } * ? [ ]`) or a URL. So a valid name goes into a topic, a key or a path without escaping; an
 * invalid one must never get that far.
 */
export const MAX_CHANNEL_LENGTH = 128

export const CHANNEL_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/

export function isChannel(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_CHANNEL_LENGTH && CHANNEL_NAME.test(name)
}

/** The MQTT topic that carries a channel's stored messages: `causeway/channels/rooms/berlin/alerts`. */
export function channelTopic(prefix: string, channel: string): string {
  return `${prefix}/channels/${channel.replaceAll('.', '/')}`
}

/** The filter that matches the topics of every channel. */
export function allChannelsFilter(prefix: string): string {
  return `${prefix}/channels/#`
}

/** The channel of such a topic; undefined if the topic is not one of these. */
export function topicChannel(prefix: string, topic: string): string | undefined {
  const start = `${prefix}/channels/`
  return topic.startsWith(start) ? pathChannel(topic.slice(start.length)) : undefined
}

/** The channel of the levels `rooms/berlin` of a topic; undefined if they are none. */
export function pathChannel(path: string): string | undefined {
  const channel = path.replaceAll('/', '.')
  // A topic segment may itself hold a dot ("a.b/c"), and would read as another channel.
  return !path.includes('.') && isChannel(channel) ? channel : undefined
}
