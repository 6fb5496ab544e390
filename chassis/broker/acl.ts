import { type Grant, HIDDEN, isHidden } from '../../contract/grants.ts'
import { publishFilters, publishTopics, receiptTopic } from '../../contract/publishTopic.ts'
import { allSignalsFilter } from '../../contract/signal.ts'
import { topicFilters } from '../../contract/topicFilter.ts'

/** One right on Mosquitto's broker, in the words of its dynamic security plugin. What no right allows is denied. */
export interface Acl {
  acltype: 'publishClientSend' | 'publishClientReceive' | 'subscribePattern'
  topic: string
  priority: number
  allow: boolean
}

/** Where the plugin takes commands, and where it answers them. */
export const CONTROL_TOPIC = '$CONTROL/dynamic-security/v1'
export const ANSWER_TOPIC = `${CONTROL_TOPIC}/response`

/** The plugin asks the rights with the highest first. Hidden channels are kept from wide grants, and given by those that name them. */
const KEPT = 1
const NAMED = 2

/** What those who may read a channel hear on the broker. */
const KINDS = ['channels', 'signals'] as const

const send = (topic: string): Acl => right('publishClientSend', topic)
const listen = (topic: string): Acl[] => [
  right('publishClientReceive', topic),
  right('subscribePattern', topic),
]

/** What the services may do on topics below the prefix. */
export function serviceAcls(prefix: string): Record<string, readonly Acl[]> {
  const stored = `${prefix}/channels/#`
  const signals = allSignalsFilter(prefix)
  return {
    // Stored messages come from ingest only. The bridges refuse what others write there, but devices that listen could not tell.
    // Its sessions hear the marker that ends them on topics of their own.
    ingest: [
      send(stored),
      send(signals),
      send(`${prefix}/receipts/#`),
      ...Object.values(publishTopics(prefix)).flatMap((topic) => listen(`${topic}/#`)),
      // Some versions of Mosquitto compare a shared filter as it is, others without its first two levels.
      ...publishFilters(prefix).map((filter) => right('subscribePattern', filter)),
      send(`${prefix}/sessions/#`),
      ...listen(`${prefix}/sessions/#`),
    ],
    bridge: [...listen(stored), ...listen(signals)],
    account: [send(CONTROL_TOPIC), ...listen(ANSWER_TOPIC)],
    exporter: listen('$SYS/#'),
  }
}

/** Everything, for the operator of a whole broker. */
export const ADMIN_ACLS: readonly Acl[] = ['#', '$SYS/#', '$CONTROL/#'].flatMap((topic) => [
  send(topic),
  ...listen(topic),
])

/**
 * What a principal's grants are on the broker: `read` to hear the channels' stored messages and signals, `write` to post to them, and to hear what
 * became of it. A topic for posts names their sender (see `readPublishTopic`): that is the principal itself. The rights to
 * receive are checked for each message: a subscription that stands loses what is taken away.
 */
export function grantAcls(prefix: string, principal: string, grants: readonly Grant[]): Acl[] {
  const { named, plain } = publishTopics(prefix)
  const receipts = `${receiptTopic(prefix, principal)}/#`
  const found = grants.flatMap(({ pattern, actions }) => {
    const filters = topicFilters(pattern, principal)
    if (filters === undefined) return []
    const { exact, subscription } = filters
    return [
      ...(actions.includes('read')
        ? KINDS.flatMap((kind) => [
            {
              ...right('publishClientReceive', `${prefix}/${kind}/${exact}`),
              priority: isHidden(pattern) ? NAMED : 0,
            },
            right('subscribePattern', `${prefix}/${kind}/${subscription}`),
          ])
        : []),
      ...(actions.includes('read') && pattern.startsWith('*')
        ? KINDS.map((kind) => ({
            ...right('publishClientReceive', `${prefix}/${kind}/${HIDDEN}/#`),
            priority: KEPT,
            allow: false,
          }))
        : []),
      ...(actions.includes('write')
        ? [send(`${named}/${principal}/${exact}`), ...listen(receipts)]
        : []),
      // Its own segment is in every such topic.
      ...(actions.includes('write') && pattern.split('.').includes('{sub}')
        ? [send(`${plain}/${exact}`)]
        : []),
    ]
  })
  // The plugin refuses a right that is there twice.
  return [...new Map(found.map((acl) => [`${acl.acltype} ${acl.topic}`, acl])).values()]
}

function right(acltype: Acl['acltype'], topic: string): Acl {
  return { acltype, topic, priority: 0, allow: true }
}
