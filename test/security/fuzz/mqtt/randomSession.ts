import type { Random } from '../../../model/random.ts'
import { randomWord } from '../randomWord.ts'
import { randomPacket, randomTopic } from './randomPacket.ts'
import { mostly, randomProperties } from './randomProperties.ts'
import { byte, number16, packet, text } from './wire.ts'

export interface MqttUser {
  name: string
  password: string
}

/** What a client sends on one connection. */
export interface MqttSession {
  bytes: Buffer
  /** How the connection is counted and judged: as somebody with rights, or without any. */
  who: 'device' | 'none'
  /** MQTT 3.1 has 3, 3.1.1 has 4, and 5 has 5. */
  level: number
  /** How many answers to a ping must come unless the broker ends the connection; undefined if its bytes may end within a packet. */
  pings: number | undefined
}

const PINGREQ = packet('pingreq', 0)

/** A session of one of these users: mostly almost right, because nonsense comes no further than the parser. */
export function randomSession(
  random: Random,
  users: Record<MqttSession['who'], MqttUser>,
): MqttSession {
  const who = random.pick<MqttSession['who']>(['device', 'none'])
  const level = mostly(random, [5, 5, 5, 5, 4, 4, 3], [0, 6, 255])
  const isV5 = level === 5
  const packets = Array.from({ length: random.between(0, 20) }, () => randomPacket(random, isV5))
  const first = random.chance(0.97) ? 0 : random.between(0, packets.length)
  packets.splice(first, 0, connect(random, users[who], level))
  const pings = packets.filter((each) => each.equals(PINGREQ)).length + 1
  const bytes = Buffer.concat([...packets, PINGREQ])
  if (random.chance(0.85)) return { bytes, who, level, pings }
  return { bytes: spoil(random, bytes), who, level, pings: undefined }
}

function connect(random: Random, { name, password }: MqttUser, level: number): Buffer {
  const isV5 = level === 5
  const hasWill = random.chance(0.3)
  const willFlags = hasWill ? 4 | (mostly(random, [0, 1, 2], [3, 4]) << 3) : 0
  const signsIn = random.chance(0.97)
  const flags = (signsIn ? 0xc0 : 0) | willFlags | mostly(random, [0, 2, 2], [1, 3])
  const properties = (...usual: number[]) => (isV5 ? [randomProperties(random, usual)] : [])
  const rarely = (usual: string) => (random.chance(0.98) ? usual : randomWord(random))
  return packet(
    'connect',
    0,
    text(rarely(level === 3 ? 'MQIsdp' : 'MQTT')),
    byte(level),
    byte(flags),
    number16(random.pick([0, 60, 60, 65_535])),
    ...properties(17, 23, 25, 33, 34, 38, 39),
    text(rarely(name)),
    ...(hasWill
      ? [...properties(1, 2, 3, 8, 9, 24, 38), text(randomTopic(random)), text('will')]
      : []),
    ...(signsIn ? [text(rarely(name)), text(rarely(password))] : []),
  )
}

/** Changes, removes or adds some bytes. */
function spoil(random: Random, bytes: Buffer): Buffer {
  const at = random.between(0, bytes.length - 1)
  const noise = Buffer.from(
    Array.from({ length: random.between(1, 8) }, () => random.between(0, 255)),
  )
  const cut = random.pick([0, noise.length, bytes.length])
  return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + cut)])
}
