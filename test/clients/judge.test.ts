import { describe, expect, test } from '@jest/globals'
import type { Message } from '../../contract/message.ts'
import { entry } from '../support/testRedis.ts'
import { judge } from './judge.ts'

const message = (position: number, data = '"x"'): Message =>
  JSON.parse(entry(position, position - 1, 'a', data).json)
const POSTED = [message(5), message(6), message(7)]

/** Messages by their positions, under the name that a library gives them. */
const heard = (positions: number[], name = '') =>
  positions.map((position) => ({ name, data: JSON.stringify(message(position)) }))

describe('a subscriber that heard', () => {
  test.each(['', 'message', 'null', 'None', 'undefined'])(
    'each message once under the name %j is level and without fault',
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
  ])('%j is level: %j, with the faults %j', (positions, isLevel, faults) => {
    expect(judge(POSTED, heard(positions))).toMatchObject({ isLevel, faults })
  })

  test('another text than was posted has it altered', () => {
    const other = { name: '', data: JSON.stringify(message(5, '"y"')) }
    expect(judge(POSTED, [other, ...heard([6, 7])]).faults).toEqual(['altered'])
  })

  test('half a message has a fragment, and lost it unless the whole comes too', () => {
    const half = { name: '', data: JSON.stringify(message(5)).slice(0, 40) }
    const verdict = { isLevel: true, faults: [], hasFragments: true }
    expect(judge(POSTED, [half, ...heard([5, 6, 7])])).toMatchObject(verdict)
    expect(judge(POSTED, [half, ...heard([6, 7])])).toMatchObject({
      ...verdict,
      faults: ['lost 1'],
    })
  })

  test('text that is no message has it altered', () => {
    expect(judge(POSTED, [{ name: '', data: 'x' }, ...heard([5, 6, 7])]).faults).toEqual([
      'altered',
    ])
  })

  test('something that nobody sent has an empty message', () => {
    const empty = { name: 'message', data: '' }
    expect(judge(POSTED, [empty, ...heard([5, 6, 7])]).faults).toEqual(['an empty message'])
  })

  test('control events beside its messages is without fault', () => {
    const ready = { name: 'ready', data: '{"position":4}' }
    expect(judge(POSTED, [ready, ...heard([5, 6, 7])])).toMatchObject({
      isLevel: true,
      faults: [],
      hasFragments: false,
    })
  })

  test('a message under the name of a control event is behind', () => {
    expect(judge(POSTED, heard([5, 6, 7], 'ready')).isLevel).toBe(false)
  })
})
