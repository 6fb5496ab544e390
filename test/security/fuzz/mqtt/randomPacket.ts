import type { Random } from '../../../model/random.ts'
import { randomWord } from '../randomWord.ts'
import { FILTERS, NO_FILTERS, TOPICS } from './names.ts'
import { mostly, randomProperties } from './randomProperties.ts'
import { byte, number16, packet, type PacketType, text, TYPES } from './wire.ts'

/** What would make a user and open everything, if the one who sends it might. */
const COMMAND = JSON.stringify({
  commands: [
    { command: 'createClient', username: 'fuzz-made-this', password: 'x' },
    { command: 'setDefaultACLAccess', acls: [{ acltype: 'subscribe', allow: true }] },
  ],
})

const USUAL: PacketType[] = ['publish', 'publish', 'subscribe', 'subscribe', 'pingreq']

export function randomTopic(random: Random): string {
  if (random.chance(0.4)) return random.pick(TOPICS.slice(0, 2))
  if (random.chance(0.95)) return random.pick(TOPICS)
  return random.pick(['', 'causeway/publish/', 'causeway/channels/', '$']) + randomWord(random)
}

/** Any packet that a client may send, or must not. */
export function randomPacket(random: Random, isV5: boolean): Buffer {
  const type = random.pick(random.chance(0.9) ? USUAL : TYPES)
  const id = number16(mostly(random, [1, 2, 3, 65_535], [0]))
  const properties = (...usual: number[]) => (isV5 ? [randomProperties(random, usual)] : [])
  const some = (make: () => Buffer) =>
    Array.from({ length: mostly(random, [1, 1, 1, 3], [0]) }, make)
  if (type === 'publish') {
    const qos = mostly(random, [0, 1, 1, 2], [3])
    const flags = (qos << 1) | mostly(random, [0], [1, 8, 9])
    const head = [text(randomTopic(random)), ...(qos > 0 ? [id] : [])]
    return packet(type, flags, ...head, ...properties(1, 2, 3, 8, 9, 38), randomPayload(random))
  }
  if (type === 'subscribe' || type === 'unsubscribe') {
    const filter = (): Buffer => {
      const options = byte(mostly(random, [0, 1, 2], [3, 4, 8, 32, 255]))
      const name = random.chance(0.95) ? mostly(random, FILTERS, NO_FILTERS) : randomWord(random)
      return Buffer.concat([text(name), ...(type === 'subscribe' ? [options] : [])])
    }
    return packet(type, mostly(random, [2], [0, 15]), id, ...properties(11, 38), ...some(filter))
  }
  if (type === 'pingreq') return packet(type, 0)
  const reason = byte(random.pick([0, 4, 128, 255]))
  if (type === 'disconnect' || type === 'auth') {
    return packet(type, 0, ...(isV5 ? [reason, ...properties(17, 21, 22, 31, 38)] : []))
  }
  const flags = mostly(random, [type === 'pubrel' ? 2 : 0], [15])
  return packet(type, flags, id, ...some(() => reason))
}

function randomPayload(random: Random): Buffer {
  if (random.chance(0.3)) return Buffer.from(COMMAND)
  if (random.chance(0.9)) return Buffer.from(randomWord(random), 'latin1')
  // The last is more than the broker takes.
  return Buffer.alloc(mostly(random, [0, 1_000, 70_000], [2_200_000]), 'a')
}
