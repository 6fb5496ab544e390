import { expect, test } from '@jest/globals'
import { formatAddress, parseAddress } from './address.ts'

test('An address with one host and with several is read and written alike', () => {
  for (const text of [
    'postgresql://u:p@h:1/d?x=y',
    'postgresql://u:p%40@h1:1,h2:2,[::1]:3/d?x=y',
    'redis+cluster://h1:1,h2:2',
  ]) {
    const address = parseAddress(text, 5_432)
    expect(address && formatAddress(address)).toBe(text)
  }
})

test('A host without a port has the default one', () => {
  expect(parseAddress('x://a,b:1', 9)?.hosts).toEqual([
    { host: 'a', port: 9 },
    { host: 'b', port: 1 },
  ])
})

test('A password may hold an @', () => {
  const address = parseAddress('x://u:p@q@a,b/d', 9)
  expect(address?.hosts.map(({ host }) => host)).toEqual(['a', 'b'])
  expect(address?.url.password).toBe('p%40q')
})

test('No host, an empty one, or one with more than a port makes no address', () => {
  for (const text of ['x://', 'x://a,', 'x://a:b', 'a', 'x:a']) {
    expect(parseAddress(text, 9)).toBe(undefined)
  }
})
