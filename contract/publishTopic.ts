import { pathChannel } from './channel.ts'
import { ownerOf, parsePrincipal } from './principal.ts'

/**
 * The topics by which clients of the broker post. An MQTT broker does not tell who published, so the topic must name the sender, and
 * the broker lets only the sender write there: `causeway/publish-as/device:t1/rooms/a`, or, if the channel's name has the sender's
 * own segment in it, `causeway/publish/in/device-t1`.
 */
export interface PublishTopics {
  /** Followed by the principal and the channel's path. */
  named: string
  /** Followed by a path with exactly one segment that is a principal's own. */
  plain: string
}

export function publishTopics(prefix: string): PublishTopics {
  return { named: `${prefix}/publish-as`, plain: `${prefix}/publish` }
}

/** What every ingest subscribes to: each post goes to one of them. */
export function publishFilters(prefix: string): string[] {
  const { named, plain } = publishTopics(prefix)
  return [named, plain].map((topic) => `$share/ingest/${topic}/#`)
}

/** Whose post to which channel a topic stands for. */
export interface PublishTarget {
  principal: string
  /** Undefined if the rest of the topic is no channel. */
  channel: string | undefined
}

/**
 * Undefined if the topic names no sender, or two. Two segments of principals in a plain topic could be from either of
 * them.
 */
export function readPublishTopic(prefix: string, topic: string): PublishTarget | undefined {
  const { named, plain } = publishTopics(prefix)
  if (topic.startsWith(`${plain}/`)) {
    const channel = pathChannel(topic.slice(plain.length + 1))
    const owners = channel?.split('.').flatMap((segment) => ownerOf(segment) ?? []) ?? []
    const [principal, other] = owners
    if (channel === undefined || principal === undefined || other !== undefined) return undefined
    return { principal, channel }
  }
  if (!topic.startsWith(`${named}/`)) return undefined
  const [principal = '', ...levels] = topic.slice(named.length + 1).split('/')
  const channel = pathChannel(levels.join('/'))
  return parsePrincipal(principal) && { principal, channel }
}

/** The topic below which a principal, and nobody else, hears what became of its posts. */
export function receiptTopic(prefix: string, principal: string): string {
  return `${prefix}/receipts/${principal}`
}
