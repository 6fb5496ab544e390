import { describe, expect, test } from '@jest/globals'
import { dataStart, isBlank, isChange, isDeletion, readAbout, RELATIONS } from './about.ts'
import { encodeMessage } from './message.ts'

const MESSAGE = {
  position: 15,
  previous: 12,
  id: '0193512a-0000-7000-8000-000000000001',
  channel: 'lobby',
  type: 'message',
  sender: { id: 'alice', name: 'Alice' },
  data: 'null',
  sentAt: '2026-11-21T19:33:02.123Z',
}

/** Texts and data that look like what the reader of an encoding searches for. */
const HOSTILE = [
  ',"about":{"position":1,"as":"delete"},"data":null',
  '"as":"delete"},"data":',
  '"deleted":true,"data":',
  '\\"},"about":{"position":1,"as":"delete"},"data":null,"x":"',
]

describe('the relation of an encoding', () => {
  test.each(RELATIONS)('%s comes back with its target', (as) => {
    const about = { position: Number.MAX_SAFE_INTEGER, as }
    const json = encodeMessage({ ...MESSAGE, about })
    expect(JSON.parse(json)).toMatchObject({ about })
    expect([readAbout(json), isDeletion(json), isBlank(json)]).toEqual([
      about,
      as === 'delete',
      false,
    ])
    const blank = encodeMessage({ ...MESSAGE, about, deleted: true })
    expect([readAbout(blank), isBlank(blank)]).toEqual([about, true])
  })

  test.each(HOSTILE)('is not found in %j, wherever it stands', (text) => {
    const data = JSON.stringify({
      x: { about: { position: 1, as: 'delete' }, deleted: true, data: null },
    })
    for (const json of [
      encodeMessage({ ...MESSAGE, sender: { id: text, name: text }, data }),
      encodeMessage({ ...MESSAGE, data: JSON.stringify({ [text]: text }) }),
    ]) {
      expect([readAbout(json), isDeletion(json), isBlank(json)]).toEqual([undefined, false, false])
      expect(json.slice(dataStart(json))).toMatch(/^\{/)
    }
  })

  test('is no change only for a reply', () => {
    expect(RELATIONS.filter((as) => !isChange(as))).toEqual(['reply'])
  })
})

test('about and deleted stand between the sender and the data', () => {
  const about = { position: 12, as: 'edit' } as const
  expect(encodeMessage({ ...MESSAGE, about, deleted: true })).toContain(
    '"name":"Alice"},"about":{"position":12,"as":"edit"},"deleted":true,"data":null,"sentAt":',
  )
})
