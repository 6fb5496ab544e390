import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { render } from './template.ts'

const dir = mkdtempSync(join(tmpdir(), 'causeway-template-'))
const template = join(dir, 'template')
const target = join(dir, 'target')
afterAll(() => rmSync(dir, { recursive: true }))

test('render replaces a template’s names by their values, and leaves nginx’s variables', () => {
  writeFileSync(template, 'listen ${PORT}; log $uri ${uri};')
  render(template, target, { PORT: '8080' })
  expect(readFileSync(target, 'utf8')).toBe('listen 8080; log $uri ${uri};')
})

test('render refuses a name without a value', () => {
  writeFileSync(template, '${PORT}')
  expect(() => render(template, target, {})).toThrow('wants PORT')
})

test('render refuses a value without its name', () => {
  writeFileSync(template, 'listen 80;')
  expect(() => render(template, target, { PORT: '8080' })).toThrow('does not use PORT')
})
