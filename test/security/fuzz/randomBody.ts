import type { Random } from '../../model/random.ts'
import { randomWord } from './randomWord.ts'

const ATOMS = [
  '1',
  '-0',
  '1e400',
  '1E-400',
  '0.1',
  '"x"',
  '""',
  'null',
  'true',
  '"\\u0000"',
  '"\\ud800"',
  '"\\ud83d\\ude00"',
  '01',
  '.5',
  'NaN',
  'Infinity',
  '"\\x"',
  '"\t"',
  '12345678901234567890',
]
const KEYS = ['a', '__proto__', 'constructor', 'toString', '', ' ', 'text', 'data']
const TYPES = ['ok', '', 'a b', 'x'.repeat(65)]

/** Of changes: mostly of messages that are there, or almost. */
const RELATIONS = ['reply', 'edit', 'delete', 'reaction', 'unreaction', 'like', '']

/** The body of a post of many messages, in bytes: an array of them, or a line for each. Some are none. */
export function randomBatch(random: Random, isLines: boolean): string {
  const item = (): string => {
    if (random.chance(0.1)) return randomBody(random)
    const channel = random.pick(['fuzz', 'fuzz', 'fuzz.a', 'fuzz..a', ''])
    const more = random.pick(['', '', `,"key":"${random.between(0, 30)}"`, ',"key":""', ',"x":1'])
    return `{"channel":"${channel}","data":${randomJson(random, 3)}${more}${randomAbout(random)}}`
  }
  const items = Array.from({ length: random.pick([0, 1, 2, 5, 40]) }, item)
  if (!isLines) return `[${items.join(random.pick([',', ',', ',', ' ', ',,']))}]`
  return items.map((each) => each + random.pick(['\n', '\n', '\n', '\r\n', '\n\n', ' '])).join('')
}

function randomAbout(random: Random): string {
  if (random.chance(0.7)) return ''
  const position = random.chance(0.9) ? random.between(0, 300) : random.pick(ATOMS)
  return `,"about":{"position":${position},"as":"${random.pick(RELATIONS)}"}`
}

/** The body of a post, in bytes (latin1): mostly a message or almost one. */
export function randomBody(random: Random): string {
  const kind = random.next()
  let body = Array.from({ length: random.between(0, 400) }, () => byte(random)).join('')
  if (kind < 0.6) {
    const more = ['', '', '', `,"type":"${random.pick(TYPES)}"`, ',"x":1', ',', randomAbout(random)]
    body = `{"data":${randomJson(random, 0)}${random.pick(more)}}`
  } else if (kind < 0.8) body = randomJson(random, 0)
  if (body === '' || random.chance(0.9)) return body
  const at = random.between(0, body.length - 1)
  return body.slice(0, at) + byte(random) + body.slice(at + 1)
}

function byte(random: Random): string {
  return String.fromCodePoint(random.between(0, 255))
}

function randomJson(random: Random, depth: number): string {
  const kind = random.next()
  const some = (make: () => string) => Array.from({ length: random.between(0, 4) }, make).join(',')
  const value = () => randomJson(random, depth + 1)
  if (kind < 0.2 || depth > 5) return random.pick(ATOMS)
  if (kind < 0.4) return `"${randomWord(random).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  if (kind < 0.6) return `[${some(value)}]`
  if (kind < 0.8) return `{${some(() => `"${random.pick(KEYS)}":${value()}`)}}`
  if (kind < 0.85) return '['.repeat(random.pick([10, 65, 1_000, 20_000]))
  if (kind >= 0.9) return `"${'a'.repeat(random.pick([1, 100, 60_000, 70_000]))}"`
  const depths = random.pick([10, 64, 65, 1_000])
  return '['.repeat(depths) + ']'.repeat(depths)
}
