import { expect, test } from '@jest/globals'
import { engineCounts } from './engineCounts.ts'

const result = (status: string, ...ancestorTitles: string[]) => ({ ancestorTitles, status })

test('Tests are counted by the engine that they ran in, and the others come last', () => {
  const counts = engineCounts({
    testResults: [
      { status: 'passed', assertionResults: [result('passed'), result('pending', 'in webkit')] },
      {
        status: 'failed',
        assertionResults: [
          result('passed', 'in webkit'),
          result('passed', 'in chromium'),
          result('failed', 'in chromium'),
        ],
      },
      { status: 'failed', assertionResults: [] },
    ],
  })
  expect(counts).toEqual([
    { name: 'chromium', passed: 1, failed: 1 },
    { name: 'webkit', passed: 1, failed: 0 },
    { name: 'between engines, and pictures', passed: 1, failed: 1 },
  ])
})
