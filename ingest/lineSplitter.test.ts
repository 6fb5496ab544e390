import { describe, expect, test } from '@jest/globals'
import { LineSplitter } from './lineSplitter.ts'

/** The lines of a text that comes in chunks of so many bytes; null for one that is too large. */
function linesOf(text: string, chunkBytes: number, maxBytes = 10): (string | null)[] {
  const splitter = new LineSplitter(maxBytes)
  const bytes = Buffer.from(text)
  const lines: (string | null)[] = []
  const add = (line: Uint8Array | undefined): void => {
    lines.push(line === undefined ? null : Buffer.from(line).toString())
  }
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const line of splitter.push(bytes.subarray(at, at + chunkBytes))) add(line)
  }
  for (const line of splitter.end()) add(line)
  return lines
}

describe.each([1, 2, 3, 7, 1_000])('A text in chunks of %d bytes', (chunkBytes) => {
  test.each([
    ['without a line', '', []],
    ['of blank lines only', '\n \n\r\n\t\r\n  ', []],
    ['whose last line has no end', 'one\ntwo', ['one', 'two']],
    ['whose last line has an end', 'one\ntwo\n', ['one', 'two']],
    ['with ends of Windows', 'one\r\ntwo\r\n', ['one\r', 'two\r']],
    ['with letters of several bytes', 'é€\n👋\n', ['é€', '👋']],
    ['with a line of exactly the limit', '1234567890\nx', ['1234567890', 'x']],
    ['with a line above the limit', 'a\n12345678901\nb\n', ['a', null, 'b']],
    ['with a line far above the limit', `${'x'.repeat(5_000)}\nb\n`, [null, 'b']],
    ['that ends in a line above the limit', 'b\n12345678901', ['b', null]],
  ])('%s has its lines', (_which, text, lines) => {
    expect(linesOf(text, chunkBytes)).toEqual(lines)
  })
})

test('The start of a line keeps its bytes, whatever happens to the chunk that it came in', () => {
  const splitter = new LineSplitter(100)
  const chunk = Buffer.from('one\ntw')
  expect([...splitter.push(chunk)].map(String)).toEqual(['one'])
  chunk.fill('x')
  expect([...splitter.push(Buffer.from('o\n'))].map(String)).toEqual(['two'])
})

test('A chunk of very short lines takes no memory for each of them', () => {
  const splitter = new LineSplitter(100)
  const lines = splitter.push(Buffer.from('1\n'.repeat(1_000_000)))
  const before = process.memoryUsage().arrayBuffers
  const first = Array.from({ length: 10_000 }, () => lines.next().value)
  expect(first.map(String)).toEqual(Array.from({ length: 10_000 }, () => '1'))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000)
})
