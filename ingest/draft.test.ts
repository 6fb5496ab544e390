import { describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { parseContent } from './draft.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** The problem that a body is refused with, and what it points at. */
function refusal(body: Uint8Array | string) {
  try {
    parseContent(typeof body === 'string' ? bytes(body) : body)
  } catch (error) {
    if (error instanceof Problem) return [error.type, error.errors?.map(({ pointer }) => pointer)]
    throw error
  }
  return 'accepted'
}

describe('a body', () => {
  test.each([
    ['{"data":null}', { type: 'message', data: 'null' }],
    ['{"data":"hi","type":"a.B:c-d_9"}', { type: 'a.B:c-d_9', data: '"hi"' }],
    [' {"data" : [1, -0.5e1, true] } ', { type: 'message', data: '[1,-0.5e1,true]' }],
    ['{"data":1,"data":2}', { type: 'message', data: '2' }],
    ['{"data":{"__proto__":{"x":1}}}', { type: 'message', data: '{"__proto__":{"x":1}}' }],
    [
      '{"data":"👩‍🚀\\ud83d\\ude00\\u2028\\n"}',
      { type: 'message', data: '"👩‍🚀\\ud83d\\ude00\\u2028\\n"' },
    ],
    ['{"data":1,"d\\u0061ta":2}', { type: 'message', data: '2' }],
    [
      '{"data":{"type":1,"data":[{"data":2}]},"type":"t"}',
      { type: 't', data: '{"type":1,"data":[{"data":2}]}' },
    ],
    ['{"type":"data","data":"data"}', { type: 'data', data: '"data"' }],
    [`{"data":${nested(64)}}`, { type: 'message', data: nested(64) }],
    ['\ufeff{"data":0}', { type: 'message', data: '0' }],
  ])('%j is taken', (body, content) => {
    expect(parseContent(bytes(body))).toEqual(content)
  })

  test.each([
    '',
    ' ',
    '{',
    '{"data":1}}',
    "{'data':1}",
    '{"data":undefined}',
    '{"data":NaN}',
    '[1,]',
  ])('%j is not JSON', (body) => expect(refusal(body)).toEqual(['malformed-json', undefined]))

  test.each([
    [[0xff]],
    [[0x22, 0xc3, 0x22]],
    // The UTF-8 of a surrogate, and an overlong NUL.
    [[0x22, 0xed, 0xa0, 0x80, 0x22]],
    [[0x22, 0xc0, 0x80, 0x22]],
  ])('of the bytes %j is not JSON', (raw) => {
    expect(refusal(Uint8Array.from(raw))).toEqual(['malformed-json', undefined])
  })

  test.each([
    ['null', ['#']],
    ['1', ['#']],
    ['[{"data":1}]', ['#']],
    ['{}', ['#/data']],
    ['{"data":1,"a/b~c d":1,"ü":2}', ['#/a~1b~0c%20d', '#/%C3%BC']],
    ['{"data":1,"position":7}', ['#/position']],
    ['{"data":1,"__proto__":{"x":1}}', ['#/__proto__']],
    ['{"data":1,"constructor":1}', ['#/constructor']],
    ['{"data":1,"\\ud800":1}', ['#/%EF%BF%BD']],
    [`{"data":1,"${'k'.repeat(64)}":1}`, [`#/${'k'.repeat(64)}`]],
    [`{"data":1,"${'k'.repeat(65)}":1}`, ['#']],
    ['{"type":"","data":1}', ['#/type']],
    ['{"type":null,"data":1}', ['#/type']],
    ['{"type":"a b"}', ['#/type', '#/data']],
    ['{"type":"a\\n","data":1}', ['#/type']],
    [`{"type":"${'t'.repeat(65)}","data":1}`, ['#/type']],
    ['{"data":"a\\u0000"}', ['#/data']],
    ['{"data":{"a":[0,{"b":"\\ud800x"}]}}', ['#/data/a/1/b']],
    ['{"data":[[{"\\udc00":1}]]}', ['#/data/0/0']],
    ['{"data":{"a":1e131072}}', ['#/data/a']],
    ['{"data":-1e131072}', ['#/data']],
    ['{"data":[0,"]}",{"x":[1e-16384]}]}', ['#/data/2/x/0']],
    [`{"data":{"${'k'.repeat(100)}":"\\u0000"}}`, [`#/data/${'k'.repeat(64)}`]],
    ['{"data":[{},"\\u0000"]}', ['#/data/1']],
    ['{"data":{"a":{},"b":["\\ud800"]}}', ['#/data/b/0']],
    [`{"data":${nested(65)}}`, ['#/data']],
  ])('%j is refused with its mistakes', (body, pointers) => {
    expect(refusal(body)?.[0]).toBe('validation-failed')
    expect(refusal(body)?.[1]).toEqual(pointers)
  })

  test.each([
    ['9007199254740993'],
    ['12345678901234567890'],
    ['1.10'],
    ['-0'],
    ['1e-400'],
    ['1e400'],
    ['1E+2'],
    ['0.1000000000000000055511151231257827'],
    ['{"a":1,"a":2}'],
    ['"\\u00e4\\/\\"\\\\"'],
    ['[[],{},"",[{}],"[{,:}]",null,false]'],
    ['{"":{"":""}}'],
  ])('of the data %s is taken as it was written', (data) => {
    expect(parseContent(bytes(`{"data":${data}}`)).data).toBe(data)
    const spaced = ` { \t"data" :\r\n ${data.replaceAll(/(?<=^[^"]*)([,:])/g, '$1\n ')} , "type" : "t" } `
    expect(parseContent(bytes(spaced)).data).toBe(data)
  })

  test('of a megabyte is taken, whatever it contains', () => {
    for (const data of [
      `"${'x\\n'.repeat(300_000)}"`,
      `[${'1,'.repeat(500_000)}1]`,
      `"${'é'.repeat(1_000_000)}"`,
    ]) {
      expect(parseContent(bytes(`{"data":${data}}`)).data === data).toBe(true)
    }
  })

  test('that is deeper than any stack is refused, and overflows none', () => {
    expect(refusal(`{"data":${nested(1_000_000)}}`)).toEqual(['validation-failed', ['#/data']])
    const objects = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
    expect(refusal(`{"data":${objects}}`)).toEqual(['validation-failed', ['#/data']])
  })

  test('with thousands of mistakes names only some', () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `"k${n}":0`)
    expect(refusal(`{"data":1,${keys.join()}}`)?.[1]).toHaveLength(20)
  })
})
