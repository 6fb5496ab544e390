import { describe, expect, test } from '@jest/globals'
import { formatExtent, parseExtent } from './extent.ts'

const ID = '0199aaaa-0000-7000-8000-000000000001'

describe('an extent', () => {
  test.each([
    { epoch: 'a1b2c3d4', position: 42, id: ID, low: 7 },
    { epoch: '0', position: 0, id: '', low: 0 },
    { epoch: 'e', position: 2 ** 53 - 1, id: ID, low: 2 ** 53 - 1 },
  ])('comes back from its text as it was: %j', (extent) => {
    expect(parseExtent(formatExtent(extent))).toEqual(extent)
  })

  test.each([
    '',
    'e1',
    'e1 1 -',
    `e1 1 ${ID} `,
    `e1 1 ${ID} 2 3`,
    ` e1 1 ${ID} 2`,
    `E1 1 ${ID} 2`,
    `e1 -1 ${ID} 2`,
    `e1 1.5 ${ID} 2`,
    `e1 1 ${ID.slice(1)} 2`,
    `e1 1 ${ID} 2\n`,
  ])('is not read from %j', (text) => {
    expect(parseExtent(text)).toBe(undefined)
  })
})
