import { describe, expect, test } from '@jest/globals'
import { dataOf } from './mqttData.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff])

const of = (bytes: Buffer, contentType?: string, isText?: boolean) => () =>
  dataOf({ bytes, contentType, isText })

describe('the data of a payload', () => {
  test.each([
    ['{"a": 1.50}', undefined, '{"a": 1.50}'],
    ['21.5', undefined, '21.5'],
    ['{"a":1}', 'application/json; charset=utf-8', '{"a":1}'],
    ['{"a":1}', 'Application/SenML+JSON', '{"a":1}'],
    ['warm', undefined, '"warm"'],
    ['{"a":', undefined, '"{\\"a\\":"'],
    ['', undefined, '""'],
    ['21.5', 'text/plain', '"21.5"'],
    ['a"b\n👋', 'text/plain', '"a\\"b\\n👋"'],
    ['a', 'application/cbor', '{"contentType":"application/cbor","base64":"YQ=="}'],
  ])('%s, sent as %s, is %s', (text, contentType, data) => {
    expect(dataOf({ bytes: Buffer.from(text), contentType })).toBe(data)
  })

  test('is base64 with a content type if it is no text', () => {
    expect(JSON.parse(dataOf({ bytes: PNG }))).toEqual({
      contentType: 'application/octet-stream',
      base64: PNG.toString('base64'),
    })
    expect(JSON.parse(dataOf({ bytes: PNG, contentType: 'image/png' }))).toEqual({
      contentType: 'image/png',
      base64: PNG.toString('base64'),
    })
  })

  test('is text if its sender says so by the payload format indicator', () => {
    const bytes = Buffer.from('<a/>')
    expect(dataOf({ bytes, contentType: 'application/xml', isText: true })).toBe('"<a/>"')
  })

  test('is refused if it is not what its sender calls it', () => {
    expect(of(Buffer.from('{'), 'application/json')).toThrow(
      expect.objectContaining({ type: 'malformed-json' }),
    )
    for (const refused of [of(PNG, 'text/plain'), of(PNG, undefined, true)]) {
      expect(refused).toThrow(expect.objectContaining({ type: 'validation-failed' }))
    }
  })
})
