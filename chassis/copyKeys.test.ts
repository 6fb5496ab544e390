import { expect, test } from '@jest/globals'
import { createHmac } from 'node:crypto'
import type { LinkedEntry } from '../contract/message.ts'
import { CopyKeys } from './copyKeys.ts'

const KEY = 'a-key-of-forty-three-characters-0123456789A'
const OTHER = 'b'.repeat(64)
const keys = new CopyKeys([KEY])
const ID = '0199aaaa-0000-7000-8000-000000000001'
const JSON_TEXT = '{"position":7,"data":"Grüße ☃ \\u0000"}'
const ENTRY: LinkedEntry = {
  position: 7,
  previous: 5,
  id: ID,
  channel: 'rooms.berlin',
  json: JSON_TEXT,
  link: '0199aaaa-0000-7000-8000-000000000000',
}
const EXTENT = { epoch: 'e1', position: 7, id: ID, low: 3 }

const hmac = (key: string, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)

test.each(['k', KEY, OTHER])('A MAC by the key %s is HMAC-SHA256', (key) => {
  const sealed = new CopyKeys([key]).sealMessage('e1', 'a', JSON_TEXT)
  expect(sealed).toBe(hmac(key, `message e1 a ${JSON_TEXT}`) + JSON_TEXT)
})

test('A MAC is the same after a longer text was signed', () => {
  const sealed = keys.sealMessage('e1', 'a', '{}')
  keys.sealMessage('e1', 'a', JSON_TEXT.repeat(100))
  expect(keys.sealMessage('e1', 'a', '{}')).toBe(sealed)
})

const sealed = keys.sealMessage('e1', 'a', JSON_TEXT)

test('A message in Redis opens to the encoding that was sealed', () => {
  expect(keys.openMessage('e1', 'a', sealed)).toBe(JSON_TEXT)
})

test.each([
  ['of another epoch', 'e2', 'a', sealed],
  ['of another channel', 'e1', 'b', sealed],
  ['whose epoch and channel are cut at another place', 'e1 a', '', sealed],
  ['that was altered at its end', 'e1', 'a', `${sealed.slice(0, -1)} `],
  ['that was made longer', 'e1', 'a', `${sealed} `],
  ['without a MAC', 'e1', 'a', JSON_TEXT],
  ['that is empty', 'e1', 'a', ''],
  ['with a MAC of which one character is wrong', 'e1', 'a', flip(sealed, 0)],
  ['with a MAC of which the last character is wrong', 'e1', 'a', flip(sealed, 21)],
  ['with another key', 'e1', 'a', new CopyKeys([OTHER]).sealMessage('e1', 'a', JSON_TEXT)],
  ['that is the MAC only', 'e1', 'a', sealed.slice(0, 22)],
])('A message in Redis %s is not opened', (_name, epoch, channel, text) => {
  expect(keys.openMessage(epoch, channel, text)).toBe(undefined)
})

const mac = keys.signCopy('e1', ENTRY)

test('A copy on MQTT proves itself by its MAC', () => {
  expect(keys.provesCopy('e1', ENTRY, mac)).toBe(true)
})

test.each([
  ['epoch', 'e2', {}],
  ['link', 'e1', { link: '' }],
  ['channel', 'e1', { channel: 'rooms.bonn' }],
  ['encoding', 'e1', { json: JSON_TEXT.replace('7', '8') }],
])('A copy on MQTT with another %s does not prove itself', (_name, epoch, change) => {
  expect(keys.provesCopy(epoch, { ...ENTRY, ...change }, mac)).toBe(false)
})

test.each(['', mac.slice(1), `${mac}A`, flip(mac, 10)])(
  'A copy on MQTT does not prove itself by %p',
  (wrong) => {
    expect(keys.provesCopy('e1', ENTRY, wrong)).toBe(false)
  },
)

test('A copy on MQTT has another MAC than the same message in Redis', () => {
  expect(keys.sealMessage('e1', ENTRY.channel, JSON_TEXT).startsWith(mac)).toBe(false)
})

const sealedExtent = keys.sealExtent(EXTENT)

test('An extent is opened as it was sealed', () => {
  expect(keys.openExtent(sealedExtent)).toEqual(EXTENT)
})

test('An extent of an empty log is opened as it was sealed', () => {
  const empty = { epoch: 'e1', position: 0, id: '', low: 0 }
  expect(keys.openExtent(keys.sealExtent(empty))).toEqual(empty)
})

test.each([
  sealedExtent.replace(' 7 ', ' 9 '),
  sealedExtent.replace(/3$/, '0'),
  sealedExtent.slice(22),
  '',
])('An extent is not opened as %p', (text) => {
  expect(keys.openExtent(text)).toBe(undefined)
})

const both = new CopyKeys([OTHER, KEY])

test('Two keys verify texts that either has signed', () => {
  expect(both.openExtent(keys.sealExtent(EXTENT))).toEqual(EXTENT)
  expect(both.openExtent(new CopyKeys([OTHER]).sealExtent(EXTENT))).toEqual(EXTENT)
})

test('Two keys sign with the first', () => {
  expect(both.sealExtent(EXTENT)).toBe(new CopyKeys([OTHER]).sealExtent(EXTENT))
})

/** One bit of a character of a text is another. */
function flip(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
}
