import { describe, expect, test } from '@jest/globals'
import { Admission, type AdmissionOptions } from './admission.ts'

const open = (options: Partial<AdmissionOptions> = {}): Admission =>
  new Admission({
    maxStreams: 1_000,
    maxStreamsPerAddress: 1_000,
    maxChannels: 1_000,
    ratePerSecond: 1_000,
    burst: 1_000,
    maxMemoryBytes: 1_000,
    ...options,
  })

describe('admission', () => {
  test('refuses a stream beyond the maximum until one ends', () => {
    const admission = open({ maxStreams: 2 })
    expect(['x', 'y', 'z'].map((address) => admission.admit(address, 0, 0))).toEqual([
      undefined,
      undefined,
      'streams',
    ])
    admission.release('x')
    expect([admission.admit('z', 0, 0), admission.admit('x', 0, 0)]).toEqual([undefined, 'streams'])
    expect(admission.admitted).toBe(3)
  })

  test('refuses a stream from an address that has its maximum, and from no other', () => {
    const admission = open({ maxStreamsPerAddress: 2 })
    expect(['x', 'x', 'x', 'y'].map((address) => admission.admit(address, 0, 0))).toEqual([
      undefined,
      undefined,
      'address',
      undefined,
    ])
    admission.release('x')
    expect([1, 2].map(() => admission.admit('x', 0, 0))).toEqual([undefined, 'address'])
    admission.release('x')
    admission.release('x')
    expect([1, 2, 3].map(() => admission.admit('x', 0, 0))).toEqual([
      undefined,
      undefined,
      'address',
    ])
  })

  test('refuses a stream that would need more than the maximum of channels', () => {
    const admission = open({ maxChannels: 10 })
    expect([9, 10, 11].map((channels) => admission.admit('x', channels, 0))).toEqual([
      undefined,
      undefined,
      'channels',
    ])
    expect([10, 11].map((channels) => admission.hasRoomFor(channels))).toEqual([true, false])
  })

  test('refuses streams beyond the burst, and admits them at the rate', () => {
    const admission = open({ burst: 3, ratePerSecond: 10 })
    expect([1, 2, 3, 4].map(() => admission.admit('x', 0, 5_000))).toEqual([
      undefined,
      undefined,
      undefined,
      'rate',
    ])
    expect([admission.admit('x', 0, 5_099), admission.admit('x', 0, 5_101)]).toEqual([
      'rate',
      undefined,
    ])
    // No more is saved up than may begin at once.
    expect([1, 2, 3, 4].map(() => admission.admit('x', 0, 900_000))).toEqual([
      undefined,
      undefined,
      undefined,
      'rate',
    ])
  })

  test('refuses a stream while memory is short', () => {
    const admission = open({ maxMemoryBytes: 1_000 })
    admission.memoryBytes = 1_001
    expect(admission.admit('x', 0, 0)).toBe('memory')
    admission.memoryBytes = 1_000
    expect(admission.admit('x', 0, 0)).toBe(undefined)
  })

  test('takes no place for a stream that it refuses', () => {
    const admission = open({
      maxStreams: 2,
      maxStreamsPerAddress: 1,
      maxChannels: 10,
      burst: 2,
      ratePerSecond: 0,
    })
    expect([
      admission.admit('x', 11, 0),
      admission.admit('x', 0, 0),
      admission.admit('x', 0, 0),
      admission.admit('y', 0, 0),
      admission.admit('z', 0, 0),
    ]).toEqual(['channels', undefined, 'address', undefined, 'streams'])
    admission.release('x')
    expect(admission.admit('x', 0, 0)).toBe('rate')
  })
})
