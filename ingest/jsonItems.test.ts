import { expect, test } from '@jest/globals'
import { jsonItems } from './jsonItems.ts'

test.each([
  ['[]', []],
  [' [ \n ] ', []],
  ['[1]', ['1']],
  [' [ 1.0 ,"a,]" , null ]\n', ['1.0', '"a,]"', 'null']],
  ['[{"a":[1,{"b":"]"}]},[[],[2]]]', ['{"a":[1,{"b":"]"}]}', '[[],[2]]']],
  ['["\\"",{"a\\\\":"}"}]', ['"\\""', '{"a\\\\":"}"}']],
])('The elements of %j are %j', (json, items) => {
  expect(jsonItems(json)).toEqual(items)
  expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(json))
})
