import { afterEach, expect, jest, test } from '@jest/globals'
import { randomId } from './randomId.ts'

afterEach(() => {
  jest.restoreAllMocks()
})

test('A random id has 16 random bytes as two digits each', () => {
  jest.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
    if (bytes instanceof Uint8Array) bytes.forEach((_, at) => (bytes[at] = at * 17))
    return bytes
  })
  expect(randomId()).toBe('00112233445566778899aabbccddeeff')
})

test('Two random ids differ', () => {
  expect(randomId()).not.toBe(randomId())
})
