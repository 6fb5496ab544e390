import { expect, test } from '@jest/globals'
import { Cursors } from './cursors.ts'

test('All that stand at the same place share one cursor', () => {
  const cursors = new Cursors()
  cursors.epoch = 'e1'
  const at = cursors.at(7)
  expect(cursors.at(7)).toBe(at)
  expect([cursors.at(8), at].map(String)).toEqual(['e1-8', 'e1-7'])
})

test('The same position of another log is another place', () => {
  const cursors = new Cursors()
  cursors.epoch = 'e1'
  const before = cursors.at(7)
  cursors.epoch = 'e2'
  expect([before, cursors.at(7)].map(String)).toEqual(['e1-7', 'e2-7'])
})
