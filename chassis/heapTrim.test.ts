import { beforeEach, expect, test } from '@jest/globals'
import { exposedCollector, HeapTrim, loopUtilization } from './heapTrim.ts'

let collections: number
let utilization: number
let trim: HeapTrim
let began: number

beforeEach(() => {
  collections = 0
  began = 0
  utilization = 0
  trim = new HeapTrim(
    () => collections++,
    () => utilization,
  )
})

function begin(streams: number): void {
  began += streams
}

/** How many collections each of the next looks made. */
function look(times: number): number[] {
  return Array.from({ length: times }, () => {
    const before = collections
    trim.look(began)
    return collections - before
  })
}

test('Memory is given back three times, a few looks after a storm, and not again', () => {
  begin(1_000)
  expect(look(13)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0])
})

test('Memory is given back after a storm and not within it', () => {
  for (let second = 0; second < 10; second++) {
    begin(500)
    expect(look(1)).toEqual([0])
  }
  begin(40)
  expect(look(7)).toEqual([0, 0, 0, 0, 0, 0, 1])
})

test('Memory is not given back after a few streams', () => {
  begin(999)
  expect(look(100).includes(1)).toBe(false)
})

test('Memory is given back only when little is sent', () => {
  begin(1_000)
  utilization = 0.5
  expect(look(100).includes(1)).toBe(false)
  utilization = 0.1
  expect(look(4)).toEqual([1, 1, 1, 0])
})

test('The collector frees an object that nothing holds', () => {
  const collect = exposedCollector()
  let garbage: unknown[] | undefined = Array.from({ length: 300_000 }, (_, at) => ({ at }))
  const reference = new WeakRef(garbage)
  garbage = undefined
  return new Promise<void>((resolve) => {
    // A reference is kept until the end of the turn in which it was made.
    setTimeout(() => {
      collect()
      expect(reference.deref()).toBeUndefined()
      resolve()
    })
  })
})

test('The utilization is measured since the last look: more after work than after rest', async () => {
  const utilizationNow = loopUtilization()
  const end = performance.now() + 50
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve))
  const busy = utilizationNow()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(utilizationNow()).toBeLessThan(busy)
})
