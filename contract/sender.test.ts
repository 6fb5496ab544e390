import { describe, expect, test } from '@jest/globals'
import { cleanSenderName, isSenderId, isSenderName, MAX_SENDER_NAME } from './sender.ts'

const ASTRONAUT = '\u{1f469}\u200d\u{1f680}'

describe('the id of a sender', () => {
  test.each(['a', 'a.b@c-d_1', 'x'.repeat(64)])('may be %j', (id) => {
    expect(isSenderId(id)).toBe(true)
  })

  test.each(['', 'a b', 'a,b', 'ä', 'x'.repeat(65)])('may not be %j', (id) => {
    expect(isSenderId(id)).toBe(false)
  })
})

describe('the name of a sender', () => {
  test.each([
    'Alice Bär',
    '😀'.repeat(64),
    ASTRONAUT.repeat(21),
    // A flag, a skin colour, a keycap, and marks as two languages need them.
    '\u{1f3f3}\ufe0f\u200d\u{1f308}',
    '\u{1f3cb}\u{1f3fd}\u200d\u2642\ufe0f',
    '1\ufe0f\u20e3',
    'นิ้ง',
    'हिन्दी',
    "O'Neil-Smith, Jr.",
    '“zoë”',
    '\ufffd',
  ])('may be %j', (name) => {
    expect([isSenderName(name), cleanSenderName(name)]).toEqual([true, name])
  })

  test.each([
    ['', ''],
    ['  ', ''],
    [' a ', 'a'],
    ['a\0b', 'a b'],
    ['a\nb\r\nc', 'a b c'],
    ['a\u2028\u2029b', 'a b'],
    ['a \u00a0\u3000b', 'a b'],
    ['a'.repeat(65), 'a'.repeat(64)],
    ['😀'.repeat(65), '😀'.repeat(64)],
    [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
    // Nothing would be drawn.
    ['\u200b', ''],
    ['\u3164', ''],
    ['\uffa0', ''],
    ['\u2800', ''],
    ['\u{1d159}', ''],
    ['…', ''],
    ['\u0301\u0302', ''],
    ['a\u200bb\u00ad\ufeff', 'ab'],
    ['alice\ufe0f', 'alice'],
    ['7\ufe0f', '7'],
    ['a\u200db', 'ab'],
    ['\u{1f469}\u200d', '\u{1f469}'],
    ['\u{1f469}\u200da', '\u{1f469}a'],
    ['a\u{e0061}\u{e0062}', 'a'],
    // Turned round.
    ['M\u202eyrolla', 'Myrolla'],
    ['\u2066a\u2069\u200f', 'a'],
    // Stacked.
    [`a${'\u0336'.repeat(63)}`, 'a\u0336\u0336'],
    ['e\u0301', 'é'],
    // Without the joiner, the mark goes onto the letter.
    ['e\u200d\u0301', 'é'],
    ['ａｌｉｃｅ', 'alice'],
    ['ﬁ', 'fi'],
    ['a\ud83d', 'a\ufffd'],
  ])('may not be %j, and is cleaned to %j', (name, clean) => {
    expect([isSenderName(name), cleanSenderName(name)]).toEqual([false, clean])
  })

  test('counts code points, so that half an emoji never remains', () => {
    const clean = cleanSenderName('x😀'.repeat(100))
    expect([Array.from(clean).length, clean.isWellFormed()]).toEqual([MAX_SENDER_NAME, true])
  })

  test('ends before a joiner if the limit cuts an emoji there', () => {
    expect(cleanSenderName('a'.repeat(62) + ASTRONAUT)).toBe(`${'a'.repeat(62)}\u{1f469}`)
  })
})

const isEmoji = (text = '') => /^\p{Extended_Pictographic}$/u.test(text)

/** The rules again, in other words than the code's. */
function mistakesOf(name: string): string[] {
  const inEmoji = new Set<number>()
  const all = Array.from(name)
  all.forEach((character, at) => {
    const before = all.slice(0, at).toReversed()
    const base = before.find((each) => !/[\ufe0f\p{Emoji_Modifier}]/u.test(each)) ?? ''
    if (character === '\u200d' && isEmoji(base) && isEmoji(all[at + 1])) inEmoji.add(at)
    if (character === '\ufe0f' && isEmoji(before[0])) inEmoji.add(at)
    if (character === '\ufe0f' && all[at + 1] === '\u20e3') inEmoji.add(at)
  })
  const hidden = all.filter((character, at) => /\p{Cf}|\p{DI}/u.test(character) && !inEmoji.has(at))
  const rules: [string, boolean][] = [
    ['normal', name === name.normalize('NFKC')],
    ['drawn', /\p{L}|\p{N}|\p{S}/u.test(name)],
    ['shown', hidden.length === 0],
    ['flat', !/\p{M}{3}/u.test(name)],
    ['one line', !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)],
    ['trimmed', !/^\s|\s$|\s\s/u.test(name)],
    ['short', all.length <= MAX_SENDER_NAME],
  ]
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule)
}

/** What the rules are about, and what surrounds it. */
const ODD =
  'a1 é\u0301\u0336\u0323\u200d\u200c\u200b\u202e\u2066\u2069\ufe0f\ufe0e\u20e3\u3164\uffa0\u1160\u1100\u1161\u11a8\u2800\u00ad\u00a0\u3000\n\0\ufdfa\ufb01\u2126\u0f71\u0f72\u09c7\u09be👩🚀🏽❤\u{e0061}\ud83d'

/** A repeatable random number generator (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('a cleaned name', () => {
  // The planes in use, and the invisible characters of plane 14.
  test.each([
    [0, 0x1ffff],
    [0xe0000, 0xe0fff],
  ])('keeps every rule, whichever character from %i to %i is in it', (from, to) => {
    const wrong: string[] = []
    for (let code = from; code <= to; code += 1) {
      const clean = cleanSenderName(`a${String.fromCodePoint(code)}b`)
      if (mistakesOf(clean).length > 0 || !isSenderName(clean)) wrong.push(code.toString(16))
      const only = cleanSenderName(String.fromCodePoint(code))
      if (only !== '' && (mistakesOf(only).length > 0 || !isSenderName(only))) {
        wrong.push(`${code.toString(16)} on its own`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('keeps every rule, however odd characters are mixed, and a valid name is not changed', () => {
    const next = random(12)
    const odd = Array.from(ODD)
    let kept = 0
    for (let round = 0; round < 20_000; round += 1) {
      const length = 1 + Math.floor(next() * 90)
      const text = Array.from({ length }, () => odd[Math.floor(next() * odd.length)]).join('')
      const clean = cleanSenderName(text)
      if (clean === '') continue
      kept += 1
      expect([text, mistakesOf(clean), isSenderName(clean)]).toEqual([text, [], true])
      expect(cleanSenderName(clean)).toBe(clean)
    }
    expect(kept).toBeGreaterThan(10_000)
  })
})

test('An ASCII name is taken without cleaning only if cleaning would change nothing', () => {
  const marks = ['a', '7', ' ', '-', '_', '~', '!', '\t', '\u007f', 'é']
  const all = (length: number): string[] =>
    length === 0 ? [''] : all(length - 1).flatMap((text) => marks.map((mark) => text + mark))
  const names = [...all(1), ...all(2), ...all(3), 'a'.repeat(64), 'a'.repeat(65)]
  for (const name of [...names, '-'.repeat(64), `${'- '.repeat(31)}a`]) {
    expect([name, isSenderName(name)]).toEqual([
      name,
      name !== '' && cleanSenderName(name) === name,
    ])
  }
})
