import type { IClientPublishOptions, IPublishPacket } from 'mqtt'
import { type Problem, problemDetails } from '../contract/problem.ts'
import { receiptTopic } from '../contract/publishTopic.ts'
import type { Accepted } from './acceptMessage.ts'

/** A publish that tells a sender what became of its post. */
export interface Receipt {
  topic: string
  payload: string
  options: IClientPublishOptions & { qos: 1 }
}

/** The topic that a packet asks to be answered on; 'foreign' if it is not the sender's own. */
export type ReplyTo = { topic: string; correlationData: Buffer | undefined } | 'foreign' | undefined

/**
 * An answer goes only below the sender's own topic: with ingest's rights it could otherwise be made to write what others believe to be
 * a stored message.
 */
export function replyTo(
  prefix: string,
  principal: string,
  { properties }: IPublishPacket,
): ReplyTo {
  const { responseTopic: topic, correlationData } = properties ?? {}
  if (topic === undefined) return undefined
  const own = receiptTopic(prefix, principal)
  const isOwn = (topic === own || topic.startsWith(`${own}/`)) && !/[+#]/.test(topic)
  return isOwn ? { topic, correlationData } : 'foreign'
}

/** `{"status":201,"position":1842,…}`, or 200 for a repeat. */
export function receiptOf(
  accepted: Accepted,
  to: Exclude<ReplyTo, 'foreign' | undefined>,
): Receipt {
  const { entry, isRepeat } = accepted
  const { position, id, channel } = entry
  const status = isRepeat ? 200 : 201
  return render(to, { status, position, id, channel }, { status: String(status) })
}

/** `{"status":403,"problem":{…}}`; the user property `reason` names the problem. */
export function refusalOf(problem: Problem, to: Exclude<ReplyTo, 'foreign' | undefined>): Receipt {
  const { status, type } = problem
  const answer = { status, problem: problemDetails(problem), retryAfter: problem.retryAfter }
  return render(to, answer, { status: String(status), reason: type })
}

function render(
  { topic, correlationData }: Exclude<ReplyTo, 'foreign' | undefined>,
  answer: unknown,
  userProperties: Record<string, string>,
): Receipt {
  const properties = {
    contentType: 'application/json',
    userProperties,
    ...(correlationData === undefined ? {} : { correlationData }),
  }
  return { topic, payload: JSON.stringify(answer), options: { qos: 1, properties } }
}
