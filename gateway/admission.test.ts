import { describe, expect, test } from '@jest/globals'
import { Admission, type AdmissionOptions } from './admission.ts'

const admission = (options: Partial<AdmissionOptions> = {}): Admission =>
  new Admission({
    maxStreams: 1_000,
    maxStreamsPerAddress: 1_000,
    ratePerSecond: 1_000,
    burst: 1_000,
    maxMemoryBytes: 1_000,
    ...options,
  })

describe('one more stream', () => {
  test('is refused where there are as many as may be, until one ends', () => {
    const doors = admission({ maxStreams: 2 })
    expect(['x', 'y', 'z'].map((address) => doors.admit(address, 0))).toEqual([
      undefined,
      undefined,
      'streams',
    ])
    doors.release('x')
    expect([doors.admit('z', 0), doors.admit('x', 0)]).toEqual([undefined, 'streams'])
  })

  test('is refused to an address that has as many as it may, and to no other', () => {
    const doors = admission({ maxStreamsPerAddress: 2 })
    expect(['x', 'x', 'x', 'y'].map((address) => doors.admit(address, 0))).toEqual([
      undefined,
      undefined,
      'address',
      undefined,
    ])
    doors.release('x')
    doors.release('x')
    expect([1, 2, 3].map(() => doors.admit('x', 0))).toEqual([undefined, undefined, 'address'])
  })

  test('is refused where too many begin at once, and taken at the rate', () => {
    const doors = admission({ burst: 3, ratePerSecond: 10 })
    expect([1, 2, 3, 4].map(() => doors.admit('x', 5_000))).toEqual([
      undefined,
      undefined,
      undefined,
      'rate',
    ])
    expect([doors.admit('x', 5_099), doors.admit('x', 5_101)]).toEqual(['rate', undefined])
    // No more is saved up than may begin at once.
    expect([1, 2, 3, 4].map(() => doors.admit('x', 900_000)).at(-1)).toBe('rate')
  })

  test('is refused where memory is short', () => {
    const doors = admission({ maxMemoryBytes: 1_000 })
    doors.memoryBytes = 1_001
    expect(doors.admit('x', 0)).toBe('memory')
    doors.memoryBytes = 1_000
    expect(doors.admit('x', 0)).toBe(undefined)
  })

  test('that is refused owes nothing', () => {
    const doors = admission({ maxStreams: 1, burst: 1, ratePerSecond: 0 })
    doors.admit('x', 0)
    expect([1, 2].map(() => doors.admit('y', 0))).toEqual(['streams', 'streams'])
    doors.release('x')
    expect(doors.admit('y', 0)).toBe('rate')
  })
})
