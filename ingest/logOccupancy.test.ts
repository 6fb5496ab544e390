import { expect, test } from '@jest/globals'
import { LogOccupancy, MAX_WAIT_MS } from './logOccupancy.ts'

/** A Redis of which a test says when it tells, and a clock that the test moves. */
class SlowLeases {
  readonly asked: string[][] = []
  readonly outcomes: string[] = []
  time = 0
  count = 1
  /** Until it resolves nothing is told. */
  gate = Promise.resolve()
  isAway = false
  open: () => void = () => {}

  readonly occupancy = new LogOccupancy({
    reader: {
      look: async (channels) => {
        this.asked.push([...channels])
        await this.gate
        if (this.isAway) throw new Error('away')
        return channels.map(() => ({ count: this.count }))
      },
    },
    onLook: (outcome) => void this.outcomes.push(outcome),
    clock: { now: () => this.time },
  })

  /** It tells nothing until `open` is called. */
  hold(): void {
    this.gate = new Promise((resolve) => (this.open = resolve))
  }
}

test('Numbers are kept for a quarter of a second, and only the other channels are asked for', async () => {
  const leases = new SlowLeases()
  const { occupancy } = leases
  expect(await occupancy.of(['a', 'b'])).toEqual([1, 1])
  leases.count = 2
  leases.time = 249
  expect(await occupancy.of(['b', 'c'])).toEqual([1, 2])
  leases.time = 250
  expect(await occupancy.of(['a', 'c'])).toEqual([2, 2])
  expect(leases.asked).toEqual([['a', 'b'], ['c'], ['a']])
  expect(leases.outcomes).toEqual(['told', 'told', 'told'])
})

test('Whoever asks meanwhile shares the answer: one look is under way at a time', async () => {
  const leases = new SlowLeases()
  leases.hold()
  const answers = Array.from({ length: 50 }, () => leases.occupancy.of(['a']))
  leases.open()
  expect(await Promise.all(answers)).toEqual(answers.map(() => [1]))
  expect(leases.asked).toEqual([['a']])
})

test('Nobody waits longer than a quarter of a second, and a look for which it is too late is not begun', async () => {
  const leases = new SlowLeases()
  leases.hold()
  const answers = ['a', 'b', 'c'].map((channel) => leases.occupancy.of([channel]))
  expect(await Promise.all(answers)).toEqual([undefined, undefined, undefined])
  leases.time = MAX_WAIT_MS + 1
  leases.open()
  // Behind the others.
  expect(await leases.occupancy.of(['d'])).toEqual([1])
  expect(leases.asked).toEqual([['a'], ['d']])
  // What came late serves the next.
  expect(await leases.occupancy.of(['a'])).toEqual([1])
  expect(leases.asked).toHaveLength(2)
})

test('After a failure nobody asks for half a second, but what is kept is told', async () => {
  const leases = new SlowLeases()
  const { occupancy } = leases
  await occupancy.of(['kept'])
  leases.isAway = true
  expect(await occupancy.of(['a'])).toBeUndefined()
  leases.isAway = false
  leases.time = 249
  expect([await occupancy.of(['a']), await occupancy.of(['kept'])]).toEqual([undefined, [1]])
  leases.time = 500
  expect(await occupancy.of(['a'])).toEqual([1])
  expect(leases.asked).toEqual([['kept'], ['a'], ['a']])
  expect(leases.outcomes).toEqual(['told', 'failed', 'told'])
})

test('Ten thousand numbers are kept: the oldest make room', async () => {
  const leases = new SlowLeases()
  const all = Array.from({ length: 10_001 }, (_, at) => `c${at}`)
  await leases.occupancy.of(all)
  await leases.occupancy.of(all.slice(1))
  expect(leases.asked).toHaveLength(1)
  await leases.occupancy.of(all.slice(0, 2))
  expect(leases.asked.slice(1)).toEqual([['c0']])
})

test('No channels are no look', async () => {
  const leases = new SlowLeases()
  expect([await leases.occupancy.of([]), leases.asked]).toEqual([[], []])
})
