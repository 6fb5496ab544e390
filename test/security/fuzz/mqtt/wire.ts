/** The types of MQTT's packets, by their numbers on the wire. */
export const TYPES = [
  'reserved',
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
] as const
export type PacketType = (typeof TYPES)[number]

/** A packet with its true length. */
export function packet(type: PacketType, flags: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([byte((TYPES.indexOf(type) << 4) | flags), varint(body.length), body])
}

export const byte = (value: number): Buffer => Buffer.of(value & 0xff)
export const number16 = (value: number): Buffer => Buffer.of((value >> 8) & 0xff, value & 0xff)
export const number32 = (value: number): Buffer =>
  Buffer.concat([number16(value >>> 16), number16(value)])

/** Bytes after their length. `value` is latin1: each character is a byte. */
export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  return Buffer.concat([number16(bytes.length), bytes])
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest % 128) + (rest > 127 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}

/** The number at an index, and the index behind it; undefined if it is not whole. */
export function readVarint(
  bytes: Buffer,
  from: number,
): { value: number; next: number } | undefined {
  let value = 0
  for (let at = from, scale = 1; at < bytes.length; at++, scale *= 128) {
    const each = bytes[at] ?? 0
    value += (each & 127) * scale
    if (each < 128) return { value, next: at + 1 }
  }
  return undefined
}
