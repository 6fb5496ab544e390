import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'
import { itemOf } from '../../test/support/testSink.ts'
import { Cursors } from './cursors.ts'

test('All that stand at the same place share one cursor', () => {
  const cursors = new Cursors()
  cursors.epoch = 'e1'
  const at = cursors.at(7)
  expect(cursors.at(7)).toBe(at)
  expect([cursors.at(8), at].map(String)).toEqual(['e1-8', 'e1-7'])
})

test('Those who stand at the end, and those who stand elsewhere, do not part each other', () => {
  const cursors = new Cursors()
  cursors.epoch = 'e1'
  const [end, quiet] = [cursors.at(9), cursors.at(7)]
  for (let time = 0; time < 2; time++) {
    expect(cursors.at(9)).toBe(end)
    expect(cursors.at(7)).toBe(quiet)
  }
})

test('The same position of another log is another place', () => {
  const cursors = new Cursors()
  cursors.epoch = 'e1'
  const before = [cursors.at(7), cursors.at(9)]
  cursors.epoch = 'e2'
  expect([...before, cursors.at(7), cursors.at(9)].map(String)).toEqual([
    'e1-7',
    'e1-9',
    'e2-7',
    'e2-9',
  ])
})

describe('Live streams at one place share one cursor,', () => {
  let run: TestHub

  beforeEach(() => {
    run = new TestHub()
    run.begin(10)
    run.join('other', 'a b')
    run.ready(10, { a: 8, b: 0 })
  })

  test('also if each began with messages of before', () => {
    const prelude = { items: [itemOf('a', 5, 2), itemOf('a', 8, 5)] }
    const begin = (name: string) => run.join(name, 'a', { after: 10, prelude })
    const [one, two, fresh] = [begin('one'), begin('two'), run.join('fresh', 'a')]
    expect([one.state, two.state]).toEqual(['live', 'live'])
    expect([one.cursor === two.cursor, one.cursor === fresh.cursor]).toEqual([true, true])
  })

  test('also if each resumed from another place, to the end of a quiet channel', () => {
    for (const position of [11, 12, 13]) run.publish('a', position, position - 1)
    run.publish('b', 14, 0)
    const resumed = [10, 11, 12].map((after) => run.join(`after ${after}`, 'a', { after }))
    expect(resumed.map(({ state, cursor }) => `${state} ${cursor.toString()}`)).toEqual(
      resumed.map(() => 'live e1-13'),
    )
    expect(new Set(resumed.map(({ cursor }) => cursor)).size).toBe(1)
  })

  test('also if each read what it missed from the log', () => {
    run.publish('b', 11, 0)
    const resumed = [3, 5, 8].map((after) => {
      const one = run.join(`after ${after}`, 'a', { after })
      run.hub.replay(one, { items: [] }, 10)
      return one
    })
    expect(resumed.map(({ state, cursor }) => `${state} ${cursor.toString()}`)).toEqual(
      resumed.map(() => 'live e1-10'),
    )
    expect(new Set(resumed.map(({ cursor }) => cursor)).size).toBe(1)
  })
})
