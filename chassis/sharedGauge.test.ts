import { expect, test } from '@jest/globals'
import { sharedGauge } from './sharedGauge.ts'

test('The lag of a process is that of its log that is furthest behind', () => {
  const shown: number[] = []
  const gauge = { set: (lag: number) => void shown.push(lag) }
  const lagOf = sharedGauge(gauge, (lags) => Math.max(...lags))
  const [one, other] = [lagOf(), lagOf()]
  one.set(5)
  other.set(3)
  one.set(0)
  other.set(0)
  expect(shown).toEqual([5, 5, 3, 0])
})
