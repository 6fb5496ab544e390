import { describe, expect, test } from '@jest/globals'
import type { Message } from '../../contract/message.ts'
import { entry } from '../support/testRedis.ts'
import { judge } from './judge.ts'

const message = (position: number, data = '"x"'): Message =>
  JSON.parse(entry(position, position - 1, 'a', data).json)
const POSTED = [message(5), message(6), message(7)]

/** Messages at these positions, under the event name of a library. */
const heard = (positions: number[], name = '') =>
  positions.map((position) => ({ name, data: JSON.stringify(message(position)) }))

describe('the judge of clients', () => {
  test.each(['', 'message', 'null', 'None', 'undefined'])(
    'a subscriber that got each message once under the name %j has no fault',
    (name) => {
      expect(judge(POSTED, heard([5, 6, 7], name))).toEqual({
        isLevel: true,
        faults: [],
        hasFragments: false,
        names: [name],
      })
    },
  )

  test.each<[number[], boolean, string[]]>([
    [[5, 6], false, []],
    [[5, 7], true, ['lost 1']],
    [[7], true, ['lost 2']],
    [[5, 6, 6, 7], true, ['twice']],
    [[5, 6, 7, 5], true, ['twice']],
    [[4, 5, 6, 7], true, ['twice']],
    [[6, 5, 7], true, ['lost 1', 'twice']],
    [[5, 6, 7, 8], true, []],
  ])(
    'a subscriber that got %j has all messages: %j, with the faults %j',
    (positions, isLevel, faults) => {
      expect(judge(POSTED, heard(positions))).toMatchObject({ isLevel, faults })
    },
  )

  test('a subscriber that got another text than was posted has an altered message', () => {
    const other = { name: '', data: JSON.stringify(message(5, '"y"')) }
    expect(judge(POSTED, [other, ...heard([6, 7])]).faults).toEqual(['altered'])
  })

  test('a subscriber that got half a message lost it, unless the whole one came too', () => {
    const half = { name: '', data: JSON.stringify(message(5)).slice(0, 40) }
    const verdict = { isLevel: true, faults: [], hasFragments: true }
    expect(judge(POSTED, [half, ...heard([5, 6, 7])])).toMatchObject(verdict)
    expect(judge(POSTED, [half, ...heard([6, 7])])).toMatchObject({
      ...verdict,
      faults: ['lost 1'],
    })
  })

  test('a subscriber that got text that is no message has an altered message', () => {
    expect(judge(POSTED, [{ name: '', data: 'x' }, ...heard([5, 6, 7])]).faults).toEqual([
      'altered',
    ])
  })

  test('a subscriber that got an event without data has an empty message', () => {
    const empty = { name: 'message', data: '' }
    expect(judge(POSTED, [empty, ...heard([5, 6, 7])]).faults).toEqual(['an empty message'])
  })

  test('a subscriber that got control events beside its messages has no fault', () => {
    const ready = { name: 'ready', data: '{"position":4}' }
    expect(judge(POSTED, [ready, ...heard([5, 6, 7])])).toMatchObject({
      isLevel: true,
      faults: [],
      hasFragments: false,
    })
  })

  test('a subscriber that got a message under the name of a control event lacks it', () => {
    expect(judge(POSTED, heard([5, 6, 7], 'ready')).isLevel).toBe(false)
  })
})
