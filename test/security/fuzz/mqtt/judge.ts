import type { MqttSession } from './randomSession.ts'
import type { Talk } from './talk.ts'

/** What devices of the fuzzer may hear and send: it asks for no receipts, but random packets may. */
const MAY_HEAR = /^causeway\/(?:channels\/fuzz\/.|receipts\/device:may-)/
const MAY_SEND = /^causeway\/publish-as\/device:may-\d+\/fuzz\/./

/** What is wrong with a talk; undefined if nothing is. */
export function talkFault(
  { who, level }: Pick<MqttSession, 'who' | 'level'>,
  { answers, isHang }: Talk,
): string | undefined {
  if (isHang) return 'no answer and no end'
  for (const { type, reasons, topic } of answers) {
    if (topic !== undefined && (who === 'none' || !MAY_HEAR.test(topic))) return `heard ${topic}`
    const isTaken = reasons.some((reason) => reason < 128)
    // MQTT 3.1 has no word for a refused filter, and only MQTT 5 has one for a refused message.
    if (who === 'none' && isTaken && type === 'suback' && level !== 3) return 'may listen'
    if (who === 'none' && isTaken && /^pub(?:ack|rec)$/.test(type) && level === 5) return 'may send'
  }
  return undefined
}

/** What is wrong with a message that the broker has accepted; stored ones are counted elsewhere. */
export function acceptedFault(topic: string): string | undefined {
  return MAY_SEND.test(topic) ? undefined : `the broker accepted ${topic.slice(0, 200)}`
}
