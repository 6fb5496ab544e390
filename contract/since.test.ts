import { describe, expect, test } from '@jest/globals'
import { parseSince, type Since } from './since.ts'

describe('where a stream is asked to begin', () => {
  test.each<[string, Since]>([
    ['', { kind: 'now' }],
    ['0', { kind: 'position', position: 0 }],
    ['9007199254740991', { kind: 'position', position: Number.MAX_SAFE_INTEGER }],
    ['e1-0', { kind: 'id', epoch: 'e1', position: 0 }],
    // All digits, and an id all the same.
    ['12-34', { kind: 'id', epoch: '12', position: 34 }],
    ['-1', { kind: 'last', count: 1 }],
    ['-9999', { kind: 'last', count: 9_999 }],
    ['2026-11-21T19:33:02Z', { kind: 'time', time: new Date('2026-11-21T19:33:02Z') }],
  ])('is %j: %j', (text, since) => {
    expect(parseSince(text)).toEqual(since)
  })

  test.each([
    ' ',
    '-0',
    '-01',
    '-10000',
    '-1.5',
    '--1',
    '+1',
    '01',
    '1e3',
    '9007199254740992',
    'e1-',
    'E1-1',
    '2026-11-21',
    'now',
  ])('is not %j', (text) => {
    expect(parseSince(text)).toBe(undefined)
  })
})
