import { expect, test } from '@jest/globals'
import { previewOf } from './preview.ts'

test('A preview is short, has no markup and no half characters', () => {
  expect(previewOf({ data: { text: '**Good** morning' } }, 80)).toBe('Good morning')
  expect(previewOf({ data: { text: '😀'.repeat(300) } }, 81)).toBe('😀'.repeat(40))
  expect(previewOf({ data: { metres: 1 } }, 80)).toBe('data')
  expect(previewOf({ data: '👍' }, 80)).toBe('👍')
})
