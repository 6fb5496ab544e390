import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@jest/globals'

const PAGE = new URL('../../dist/page/', import.meta.url)

test('What the page loads first is at most 120 kB compressed, and nothing of it comes from elsewhere', () => {
  const html = readFileSync(new URL('index.html', PAGE), 'utf8')
  const loaded = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = '']) => address)
  expect(loaded.filter((address) => !address.startsWith('./'))).toEqual([])
  const sizes = [
    gzipSync(html).length,
    ...loaded.map((address) => gzipSync(readFileSync(new URL(address, PAGE))).length),
  ]
  expect(loaded.length).toBeGreaterThanOrEqual(3)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(120_000)
})
