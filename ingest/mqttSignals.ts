import type { IPublishPacket } from 'mqtt'
import type { Counter } from 'prom-client'
import type { Access } from '../chassis/auth/access.ts'
import { type Limit, requireLimit } from '../chassis/limits/limit.ts'
import { toProblem } from '../chassis/problems.ts'
import { Problem } from '../contract/problem.ts'
import { readPublishTopic } from '../contract/publishTopic.ts'
import { MAX_SIGNAL_BYTES } from '../contract/signal.ts'
import type { AcceptSignal } from './acceptSignal.ts'
import { deviceAuthor, deviceSubject } from './deviceAuthor.ts'
import { readMqttSignal } from './mqttPost.ts'

interface MqttSignalsOptions {
  prefix: string
  acceptSignal: Pick<AcceptSignal, 'accept'>
  limit: Limit
  /** Undefined with AUTH=open. */
  access: Pick<Access, 'refusal' | 'isBlind' | 'table'> | undefined
  signals: Counter<'outcome'>
}

/** Whether a packet on a topic for posts is a signal, as its user property says. */
export function isMqttSignal({ properties }: IPublishPacket): boolean {
  return properties?.userProperties?.['signal'] === 'true'
}

/** Signals by MQTT. They come on the topics for posts, which name their sender. They have no receipt. */
export class MqttSignals {
  readonly #options: MqttSignalsOptions

  constructor(options: MqttSignalsOptions) {
    this.#options = options
  }

  handle(packet: IPublishPacket): void {
    const { signals } = this.#options
    try {
      this.#accept(packet)
      signals.inc({ outcome: 'sent' })
    } catch (error) {
      signals.inc({ outcome: toProblem(error).type })
    }
  }

  #accept(packet: IPublishPacket): void {
    const { prefix, acceptSignal, limit, access } = this.#options
    const { principal, channel } = readPublishTopic(prefix, packet.topic) ?? {}
    if (principal === undefined) throw new Problem('invalid-channel')
    const subject = deviceSubject(principal)
    requireLimit(limit, subject)
    limit.take(subject, 1)
    if (channel === undefined) throw new Problem('invalid-channel')
    const content = readMqttSignal(packet, MAX_SIGNAL_BYTES)
    acceptSignal.accept(deviceAuthor(principal, access), channel, content)
  }
}
