import { describe, expect, test } from '@jest/globals'
import { UNLIMITED } from '../../test/support/unlimited.ts'
import { Admission, streamCost, type AdmissionOptions, type Place } from './admission.ts'

/** Admission, and the places that each address has. */
class Tested {
  readonly admission: Admission
  readonly #places = new Map<string, Place[]>()

  constructor(options: Partial<AdmissionOptions>) {
    this.admission = new Admission({
      maxStreams: 1_000,
      maxChannels: 1_000,
      ratePerSecond: 1_000,
      burst: 1_000,
      maxMemoryBytes: 1_000,
      perAddress: UNLIMITED,
      perPrincipal: UNLIMITED,
      ...options,
    })
  }

  /** For one channel, of so many of the gateway: the reason if it is refused. */
  admit(address: string, total = 0, now = 0, principal?: string, channels = 1): string | undefined {
    const place = this.admission.admit({ address, principal, channels }, total, now)
    if (typeof place === 'string') return place
    this.#places.set(address, [...(this.#places.get(address) ?? []), place])
    return undefined
  }

  release(address: string): void {
    const place = this.#places.get(address)?.pop()
    if (place !== undefined) this.admission.release(place)
  }
}

const open = (options: Partial<AdmissionOptions> = {}): Tested => new Tested(options)

describe('admission', () => {
  test('says how many more it would admit: none while memory is short', () => {
    const tested = open({ maxStreams: 3 })
    tested.admit('a')
    expect(tested.admission.room).toBe(2)
    tested.admission.memoryBytes = 1_001
    expect(tested.admission.room).toBe(0)
  })

  test('refuses a stream beyond the maximum until one ends', () => {
    const tested = open({ maxStreams: 2 })
    expect(['x', 'y', 'z'].map((address) => tested.admit(address))).toEqual([
      undefined,
      undefined,
      'streams',
    ])
    tested.release('x')
    expect([tested.admit('z'), tested.admit('x')]).toEqual([undefined, 'streams'])
    expect(tested.admission.admitted).toBe(3)
  })

  test('refuses a stream from an address that has its maximum, and from no other', () => {
    const tested = open({ perAddress: { ...UNLIMITED, maxStreams: 2 } })
    expect(['x', 'x', 'x', 'y'].map((address) => tested.admit(address))).toEqual([
      undefined,
      undefined,
      'address',
      undefined,
    ])
    tested.release('x')
    expect([1, 2].map(() => tested.admit('x'))).toEqual([undefined, 'address'])
    tested.release('x')
    tested.release('x')
    expect([1, 2, 3].map(() => tested.admit('x'))).toEqual([undefined, undefined, 'address'])
  })

  test('refuses a stream of a principal that has its maximum, wherever it comes from', () => {
    const tested = open({ perPrincipal: { ...UNLIMITED, maxStreams: 1, maxChannels: 3 } })
    expect([
      tested.admit('x', 0, 0, 'user:alice', 4),
      tested.admit('x', 0, 0, 'user:alice', 3),
      tested.admit('y', 0, 0, 'user:alice'),
      tested.admit('x', 0, 0, 'user:bob'),
      tested.admit('x'),
      tested.admit('x'),
    ]).toEqual(['principal-channels', undefined, 'principal', undefined, undefined, undefined])
    for (let count = 0; count < 4; count++) tested.release('x')
    expect(tested.admit('y', 0, 0, 'user:alice')).toBe(undefined)
  })

  test('refuses channels and a rate of new streams beyond what one address may have', () => {
    const channels = open({ perAddress: { ...UNLIMITED, maxChannels: 10 } })
    expect([10, 1].map((count) => channels.admit('x', 0, 0, undefined, count))).toEqual([
      undefined,
      'address-channels',
    ])
    const rate = open({ perAddress: { ...UNLIMITED, ratePerSecond: 1, burst: 12 } })
    expect([
      rate.admit('x', 0, 0, undefined, 100),
      rate.admit('x'),
      rate.admit('x'),
      rate.admit('y'),
      rate.admit('x', 0, 1_000),
    ]).toEqual([undefined, undefined, 'address-rate', undefined, undefined])
  })

  test('counts a stream of many channels as several', () => {
    expect([1, 9, 10, 99, 100].map(streamCost)).toEqual([1, 1, 2, 10, 11])
  })

  test('refuses a stream that would need more than the maximum of channels', () => {
    const tested = open({ maxChannels: 10 })
    expect([9, 10, 11].map((total) => tested.admit('x', total))).toEqual([
      undefined,
      undefined,
      'channels',
    ])
    expect([10, 11].map((total) => tested.admission.hasRoomFor(total))).toEqual([true, false])
  })

  test('refuses streams beyond the burst, and admits them at the rate', () => {
    const tested = open({ burst: 3, ratePerSecond: 10 })
    expect([1, 2, 3, 4].map(() => tested.admit('x', 0, 5_000))).toEqual([
      undefined,
      undefined,
      undefined,
      'rate',
    ])
    expect([tested.admit('x', 0, 5_099), tested.admit('x', 0, 5_101)]).toEqual(['rate', undefined])
    // No more is saved up than may begin at once.
    expect([1, 2, 3, 4].map(() => tested.admit('x', 0, 900_000))).toEqual([
      undefined,
      undefined,
      undefined,
      'rate',
    ])
  })

  test('refuses a stream while memory is short', () => {
    const tested = open({ maxMemoryBytes: 1_000 })
    tested.admission.memoryBytes = 1_001
    expect(tested.admit('x')).toBe('memory')
    tested.admission.memoryBytes = 1_000
    expect(tested.admit('x')).toBe(undefined)
  })

  test('takes no place for a stream that it refuses', () => {
    const tested = open({
      maxStreams: 2,
      maxChannels: 10,
      burst: 2,
      ratePerSecond: 0,
      perAddress: { ...UNLIMITED, maxStreams: 1 },
      perPrincipal: { ...UNLIMITED, maxStreams: 1 },
    })
    expect([
      tested.admit('x', 11, 0, 'user:alice'),
      tested.admit('x', 0, 0, 'user:alice'),
      tested.admit('x', 0, 0, 'user:bob'),
      tested.admit('y', 0, 0, 'user:alice'),
      tested.admit('y', 0, 0, 'user:bob'),
      tested.admit('z'),
    ]).toEqual(['channels', undefined, 'address', 'principal', undefined, 'streams'])
    tested.release('x')
    expect(tested.admit('x')).toBe('rate')
  })
})
