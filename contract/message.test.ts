import { describe, expect, test } from '@jest/globals'
import { encodeMessage, readEntry } from './message.ts'

const MESSAGE = {
  position: 1842,
  previous: 1839,
  id: '0193512a-0000-7000-8000-000000000001',
  channel: 'rooms.berlin',
  type: 'message',
  sender: { id: 'alice', name: 'Alice' },
  data: '{"text":"hi"}',
  sentAt: '2026-11-21T19:33:02.123Z',
}

const HOSTILE = [
  '"',
  '\\',
  '\\"',
  '","position":1,"x":"',
  '\n',
  '\r\n',
  '\u2028\u2029',
  '\u0000\u0001\u001f',
  '👩‍🚀',
  '\u202eabc',
  '</script><img src=x onerror=alert(1)>',
  '__proto__',
  '${x} %s $1 $&',
  'data: x',
]

describe('an encoding', () => {
  test('holds the members in the order of the documentation', () => {
    expect(encodeMessage(MESSAGE)).toBe(
      '{"position":1842,"previous":1839,"id":"0193512a-0000-7000-8000-000000000001",' +
        '"channel":"rooms.berlin","type":"message","sender":{"id":"alice","name":"Alice"},' +
        '"data":{"text":"hi"},"sentAt":"2026-11-21T19:33:02.123Z"}',
    )
  })

  test.each(HOSTILE)('gives back %j, wherever it stands, and its place', (text) => {
    const data = { [text]: [text, { text }] }
    const json = encodeMessage({
      ...MESSAGE,
      type: text,
      sender: { id: text, name: text },
      data: JSON.stringify(data),
    })
    expect(JSON.parse(json)).toEqual({
      ...MESSAGE,
      type: text,
      sender: { id: text, name: text },
      data,
    })
    expect(readEntry('rooms.berlin', json)).toEqual({
      position: 1842,
      previous: 1839,
      id: '0193512a-0000-7000-8000-000000000001',
      channel: 'rooms.berlin',
      json,
    })
  })

  test.each([
    'null',
    '0',
    '-1.50e+3',
    '1e400',
    '12345678901234567890',
    '""',
    '[]',
    '{"a":1,"a":2}',
  ])('keeps %s as it is', (data) => {
    expect(encodeMessage({ ...MESSAGE, data })).toContain(`"data":${data},"sentAt"`)
  })

  test('of the first message and of the last possible one has a place', () => {
    const places = [
      { position: 1, previous: 0 },
      { position: Number.MAX_SAFE_INTEGER, previous: Number.MAX_SAFE_INTEGER - 1 },
    ]
    for (const place of places) {
      expect(readEntry('a', encodeMessage({ ...MESSAGE, ...place }))).toMatchObject(place)
    }
  })
})

const ID = '0193512a-0000-7000-8000-000000000001'
const PLACE = `{"position":2,"previous":1,"id":"${ID}"}`

describe('a text', () => {
  test('that begins like an encoding is read no further', () => {
    const place = { position: 2, previous: 1, id: ID, channel: 'a' }
    expect(readEntry('a', PLACE)).toEqual({ ...place, json: PLACE })
  })

  test.each([
    '',
    '{}',
    'null',
    '[]',
    ` ${PLACE}`,
    PLACE.replace('2', '0'),
    PLACE.replace('2', '1'),
    PLACE.replace('2', '-2'),
    PLACE.replace('2', '02'),
    PLACE.replace('2', '2.5'),
    PLACE.replace('2', '2e9'),
    PLACE.replace('2', '"2"'),
    PLACE.replace('2', '9007199254740992'),
    PLACE.replace('1', '2'),
    PLACE.replace('1', '3'),
    PLACE.replace('1', '-1'),
    PLACE.replace('1', '01'),
    PLACE.replace(ID, 'x'),
    PLACE.replace(ID, ID.slice(1)),
    PLACE.replace(ID, `${ID}0`),
    PLACE.replace('id', 'no'),
    PLACE.slice(0, -2),
    `{"previous":1,"position":2,"id":"${ID}"}`,
    `{"position":2,"id":"${ID}"}`,
    PLACE.slice(0, PLACE.indexOf(',"id"')) + '}',
    `${PLACE}\n`,
    `${PLACE}\r`,
    PLACE.replace('}', ',\n"data":1}'),
    PLACE.replace('}', '\r\n\r\nevent: reset\r\ndata: {}\r\n\r\n}'),
  ])('%j is not an encoding by Causeway', (text) => {
    expect(readEntry('a', text)).toBe(undefined)
  })
})
