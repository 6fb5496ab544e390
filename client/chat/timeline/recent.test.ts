import { expect, test } from '@jest/globals'
import { aMessage } from '../../sdk/messageFixture.ts'
import { Recent } from './recent.ts'

const positions = (recent: Recent, after: number) =>
  recent.after(after)?.map(({ position }) => position)

test('What came behind a position is known from the beginning on', () => {
  const recent = new Recent(5)
  recent.add(aMessage({ position: 7 }))
  recent.add(aMessage({ position: 9 }))
  expect([4, 5, 7, 9].map((after) => positions(recent, after))).toEqual([
    undefined,
    [7, 9],
    [9],
    [],
  ])
})

test('Of a crowd of messages the last 200 are kept', () => {
  const recent = new Recent(0)
  for (let position = 1; position <= 201; position += 1) recent.add(aMessage({ position }))
  expect([positions(recent, 0), positions(recent, 1)?.length]).toEqual([undefined, 200])
})
