import { getHeapSpaceStatistics } from 'node:v8'
import { beforeEach, expect, test } from '@jest/globals'
import { createCollector, HeapTrim, loopUtilization } from './heapTrim.ts'

let collections = 0
let utilization: number
let trim: HeapTrim
let began: number

beforeEach(() => {
  began = 0
  utilization = 0
  trim = new HeapTrim(
    () => collections++,
    () => utilization,
  )
  look(8)
  collections = 0
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

test('The first quiet moment gives back what the start has left', () => {
  trim = new HeapTrim(
    () => collections++,
    () => utilization,
  )
  expect(look(13)).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
})

test('Memory is given back once, a few looks after a storm, and not again', () => {
  begin(1_000)
  expect(look(13)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
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
  expect(look(4)).toEqual([1, 0, 0, 0])
})

test('The collector frees unheld objects, and gives the room for young ones back while many are made', async () => {
  const collect = createCollector()
  let garbage: object[] | undefined = [{}]
  const reference = new WeakRef(garbage)
  // Some survive for a while: then V8 takes more room for young objects, and keeps it as long as much is allocated.
  for (let turn = 0; turn < 30; turn++) {
    garbage = Array.from({ length: 100_000 }, (_, at) => ({ at }))
    // A reference is kept until the end of the turn in which it was made.
    await new Promise((resolve) => setImmediate(resolve))
  }
  garbage = undefined
  const before = roomForYoung()
  collect()
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(reference.deref()).toBeUndefined()
  expect(roomForYoung()).toBeLessThan(before / 2)
})

function roomForYoung(): number {
  const spaces = getHeapSpaceStatistics()
  return spaces.find(({ space_name }) => space_name === 'new_space')?.physical_space_size ?? NaN
}

test('The utilization is measured since the last look: more after work than after rest', async () => {
  const utilizationNow = loopUtilization()
  const end = performance.now() + 50
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve))
  const busy = utilizationNow()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(utilizationNow()).toBeLessThan(busy)
})
