import { type PacketType, readVarint, TYPES } from './wire.ts'

/** A packet that the broker sent. */
export interface MqttAnswer {
  type: PacketType
  /** Its reasons: one, or of a `suback` one for each filter; from 128 on they are refusals. */
  reasons: number[]
  /** Of a `publish`. */
  topic?: string
}

/** The whole packets at the start of what came. `isV5`: the connection speaks MQTT 5. */
export function readAnswers(bytes: Buffer, isV5: boolean): MqttAnswer[] {
  const answers: MqttAnswer[] = []
  for (let at = 0; at < bytes.length;) {
    const length = readVarint(bytes, at + 1)
    if (length === undefined || length.next + length.value > bytes.length) break
    const body = bytes.subarray(length.next, length.next + length.value)
    answers.push(readAnswer(TYPES[(bytes[at] ?? 0) >> 4] ?? 'reserved', body, isV5))
    at = length.next + length.value
  }
  return answers
}

function readAnswer(type: PacketType, body: Buffer, isV5: boolean): MqttAnswer {
  if (type === 'publish') {
    const end = 2 + body.readUInt16BE(0)
    return { type, reasons: [], topic: body.toString('latin1', 2, end) }
  }
  if (type === 'connack') return { type, reasons: [body[1] ?? 0] }
  if (type === 'suback') return { type, reasons: [...body.subarray(afterProperties(body, isV5))] }
  if (type === 'disconnect') return { type, reasons: [body[0] ?? 0] }
  if (type.startsWith('pub')) return { type, reasons: [body[2] ?? 0] }
  return { type, reasons: [] }
}

/** Where the reasons begin: behind the packet's id, and with MQTT 5 behind its properties. */
function afterProperties(body: Buffer, isV5: boolean): number {
  if (!isV5) return 2
  const length = readVarint(body, 2)
  return length === undefined ? body.length : length.next + length.value
}
