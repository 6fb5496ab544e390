import { createHash } from 'node:crypto'
import type { IPublishPacket } from 'mqtt'
import type { Counter } from 'prom-client'
import type { Access } from '../chassis/auth/access.ts'
import type { Logger } from '../chassis/logger.ts'
import { toProblem } from '../chassis/problems.ts'
import { Problem } from '../contract/problem.ts'
import { type PublishTarget, readPublishTopic } from '../contract/publishTopic.ts'
import type { Accepted, AcceptMessage } from './acceptMessage.ts'
import { deviceAuthor, deviceSubject } from './deviceAuthor.ts'
import { readMqttPost } from './mqttPost.ts'
import { type Receipt, receiptOf, refusalOf, replyTo } from './mqttReceipt.ts'
import type { PostLimits } from './postLimits.ts'
import type { Retries } from './retries.ts'

export interface MqttPostsOptions {
  prefix: string
  maxBytes: number
  acceptMessage: Pick<AcceptMessage, 'accept'>
  limits: Pick<PostLimits, 'pay'>
  /** Undefined with AUTH=open. */
  access: Pick<Access, 'refusal' | 'isBlind' | 'table'> | undefined
  posts: Counter<'outcome'>
  receipts: Counter<'outcome'>
  /** The number of a channel's log. */
  logOf: (channel: string) => number
  retries: Retries
  logger: Logger
}

/** The session in which a packet came. */
export interface Session {
  clientId: string
  over: AbortSignal
  send: (receipt: Receipt) => void
  /** Whether a post of so many bytes may wait for its log; then it must leave. */
  enter: (log: number, bytes: number) => boolean
  leave: (log: number, bytes: number) => void
}

/** What becomes of a packet on a topic for posts: the log has it, or it is refused with a reason. It never stops the next one. */
export class MqttPosts {
  readonly #options: MqttPostsOptions

  constructor(options: MqttPostsOptions) {
    this.#options = options
  }

  /** Resolves when the packet may be acknowledged, or the session is over. `number` is the packet's in the session; undefined for QoS 0. */
  async handle(packet: IPublishPacket, session: Session, number?: number): Promise<void> {
    const { prefix, posts, receipts } = this.#options
    const target = readPublishTopic(prefix, packet.topic)
    const outcome = await this.#settle(packet, target, session, number).catch(toProblem)
    if (session.over.aborted) return
    const isRefused = outcome instanceof Problem
    posts.inc({ outcome: isRefused ? outcome.type : outcome.isRepeat ? 'repeated' : 'created' })
    if (isRefused) this.#log(outcome, packet.topic)
    const to = target && replyTo(prefix, target.principal, packet)
    if (to === undefined) return
    receipts.inc({ outcome: to === 'foreign' ? 'foreign' : 'sent' })
    if (to === 'foreign') return
    session.send(isRefused ? refusalOf(outcome, to) : receiptOf(outcome, to))
  }

  async #settle(
    packet: IPublishPacket,
    target: PublishTarget | undefined,
    session: Session,
    number: number | undefined,
  ): Promise<Accepted> {
    const { maxBytes, acceptMessage, limits, access, logOf, retries } = this.#options
    if (target === undefined) {
      throw new Problem('invalid-channel', 'The topic does not name exactly one sender.')
    }
    const { principal, channel } = target
    limits.pay(deviceSubject(principal), packet.payload.length)
    if (channel === undefined) throw new Problem('invalid-channel', 'The topic names no channel.')
    const { content, key = spareKey(packet, session.clientId, number) } = readMqttPost(
      packet,
      maxBytes,
    )
    const accept = (): Promise<Accepted> =>
      acceptMessage.accept(deviceAuthor(principal, access), channel, content, key)
    // A packet of QoS 0 has promised nothing. With a key a repeat does no harm, and the broker keeps the post meanwhile.
    if (number === undefined) return accept()
    const log = logOf(channel)
    const { length } = packet.payload
    return retries.run({
      log,
      over: session.over,
      run: accept,
      enter: () => session.enter(log, length),
      leave: () => session.leave(log, length),
    })
  }

  #log(problem: Problem, topic: string): void {
    const { logger } = this.#options
    const level = problem.type === 'internal' ? 'error' : 'info'
    logger[level](
      { err: problem.cause ?? problem, problem: problem.type, topic },
      'MQTT post refused',
    )
  }
}

/**
 * The key of a packet without one: the same for each of its deliveries, and for no other packet. The number alone is not enough: a
 * broker that crashed may give out again those of its last seconds. A packet of QoS 0 comes once, and has none.
 */
function spareKey(
  { topic, payload, properties }: IPublishPacket,
  clientId: string,
  number: number | undefined,
): string | undefined {
  if (number === undefined) return undefined
  const { contentType, userProperties } = properties ?? {}
  const hash = createHash('sha256')
    .update(JSON.stringify([clientId, number, topic, contentType, userProperties]))
    .update(payload)
    .digest('base64url')
  return `mqtt-${hash}`
}
