import { expect, test } from '@jest/globals'
import { clientAddress } from './clientAddress.ts'

test.each<[string, number, string | undefined, string]>([
  ['is that of the connection if there is no proxy', 0, '1.1.1.1', '10.0.0.9'],
  ['is the one that the one proxy names', 1, '1.1.1.1', '1.1.1.1'],
  [
    'is the one that the nearest proxy names, whatever was claimed before',
    1,
    '6.6.6.6, 1.1.1.1',
    '1.1.1.1',
  ],
  ['is found as many hops back as are trusted', 2, '6.6.6.6, 1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ['is the farthest if fewer are named than are trusted', 3, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ['is that of the connection without the header', 1, undefined, '10.0.0.9'],
  ['is that of the connection if the header is empty', 1, '', '10.0.0.9'],
  ['is that of the connection if the name is garbage', 1, '<script>', '10.0.0.9'],
  ['is that of the connection if the name is almost an address', 1, '1.1.1.1.1', '10.0.0.9'],
  ['is that of the connection if the last name is missing', 1, '1.1.1.1,', '10.0.0.9'],
  ['is the last one before garbage', 2, 'aaaa, 2.2.2.2', '2.2.2.2'],
  ['is not looked for behind garbage', 3, '1.1.1.1, ::::, 2.2.2.2', '2.2.2.2'],
])('The address of a client %s', (_what, hops, forwarded, expected) => {
  expect(clientAddress({ remoteAddress: '10.0.0.9' }, forwarded, hops)).toBe(expected)
})

test.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:0a01:0203', '10.1.2.3'],
  ['0:0:0:0:0:ffff:10.1.2.3', '10.1.2.3'],
  ['64:ff9b::10.1.2.3', '64:ff9b:0:0::/64'],
  ['1::ffff:10.1.2.3', '1:0:0:0::/64'],
])('The address %s is counted as %s', (address, expected) => {
  expect(clientAddress({ remoteAddress: address }, undefined, 0)).toBe(expected)
  expect(clientAddress({ remoteAddress: '10.0.0.9' }, address, 1)).toBe(expected)
})

test('The connection is not asked for its address if a proxy names the client', () => {
  let asked = 0
  const connection = {
    get remoteAddress(): string {
      asked++
      return '10.0.0.9'
    },
  }
  expect(clientAddress(connection, '1.1.1.1', 1)).toBe('1.1.1.1')
  expect(asked).toBe(0)
})

test('A connection that is gone already has an address to count by', () => {
  expect(clientAddress({}, undefined, 1)).toBe('')
})
