import type { Random } from '../../../model/random.ts'
import { randomWord } from '../randomWord.ts'
import { TOPICS } from './names.ts'
import { byte, number16, number32, text, varint } from './wire.ts'

/** One that is usual, or rarely an odd one: one odd thing ends the connection, and nothing behind it is looked at. */
export function mostly<T>(random: Random, usual: readonly T[], odd: readonly T[]): T {
  return random.pick(random.chance(0.98) ? usual : odd)
}

const word = (random: Random): Buffer =>
  text(random.chance(0.9) ? String(random.between(0, 999)) : randomWord(random))
const flag = (random: Random): Buffer => byte(mostly(random, [0, 1], [2, 255]))
const seconds = (random: Random): Buffer => number32(random.pick([0, 1, 60, 0xffff_ffff]))
const count = (random: Random): Buffer => number16(mostly(random, [1, 20, 65_535], [0]))

/** MQTT 5's properties: their numbers, and what each holds. The last is none. */
const PROPERTIES: Record<number, (random: Random) => Buffer> = {
  1: flag,
  2: seconds,
  3: word,
  8: (random) => text(mostly(random, TOPICS.slice(0, 9), TOPICS)),
  9: word,
  11: (random) => varint(mostly(random, [1, 2, 268_435_455], [0])),
  17: seconds,
  21: word,
  22: word,
  23: flag,
  24: seconds,
  25: flag,
  31: word,
  33: count,
  34: count,
  35: count,
  38: (random) => Buffer.concat([word(random), word(random)]),
  39: (random) => number32(mostly(random, [100, 65_536, 0xffff_ffff], [0, 1])),
  99: flag,
}
const ALL = Object.keys(PROPERTIES).map(Number)

/** Properties with their length: mostly none, or some of the usual ones, each once. */
export function randomProperties(random: Random, usual: readonly number[]): Buffer {
  const ids = Array.from({ length: random.pick([0, 0, 0, 1, 1, 2, 4]) }, () =>
    mostly(random, usual, ALL),
  )
  const chosen = random.chance(0.95) ? [...new Set(ids)] : ids
  const all = chosen.map((id) => Buffer.concat([varint(id), PROPERTIES[id]?.(random) ?? byte(0)]))
  const body = Buffer.concat(all)
  return Buffer.concat([varint(body.length), body])
}
