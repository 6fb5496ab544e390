import { expect, test } from '@jest/globals'
import { createFeedGauges } from './feedGauges.ts'

test('All feeds tell their channels together, and that they are live only if each is', () => {
  const told: string[] = []
  const gauge = (name: string) => ({ set: (value: number) => void told.push(`${name} ${value}`) })
  const gaugesOfOne = createFeedGauges({
    channels: gauge('channels'),
    live: gauge('live'),
    lag: { observe: (seconds) => void told.push(`lag ${seconds}`) },
  })
  const [one, other] = [gaugesOfOne(), gaugesOfOne()]
  one.channels.set(3)
  other.channels.set(4)
  one.channels.set(1)
  one.live.set(1)
  other.live.set(1)
  one.live.set(0)
  other.lag.observe(2)
  expect(told).toEqual([
    'channels 3',
    'channels 7',
    'channels 5',
    'live 0',
    'live 1',
    'live 0',
    'lag 2',
  ])
})
