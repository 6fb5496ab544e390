import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as prettier from 'prettier'
import {
  type Figures,
  readFigures,
  renderFigures,
  writeFigures,
} from '../../deploy/generate/deployFigures.ts'

const UNMEASURED = 'not measured yet: `npm run test:deploy -- --all`'
const MADE_UP: Figures = {
  'all gateways replaced': {
    measured: { streams: 1234, 'seconds until all are new': 5.6, 'failed posts': 0 },
    finishedAt: '2026-01-02T03:04:05.000Z',
    commit: 'abc1234',
    machine: 'an abacus with 10 rows',
  },
}

describe('the figures of docs/deploy.md', () => {
  test('say of what was not measured that it was not', () => {
    const text = renderFigures({})
    expect(text.split(UNMEASURED)).toHaveLength(1 + 10)
    expect(text).not.toContain('Measured on')
  })

  test('say what was measured, when, of which commit, and on what', () => {
    const text = renderFigures(MADE_UP)
    expect(text).toMatch(
      /^\| all gateways replaced +\| 1,234 streams, 5.6 seconds until all are new, 0 failed posts +\| 2026-01-02, abc1234 +\|$/m,
    )
    expect(text).toContain('\n\nMeasured on an abacus with 10 rows.\n')
    expect(text.split(UNMEASURED)).toHaveLength(1 + 9)
  })

  test('are laid out as prettier wants them', async () => {
    const text = renderFigures(MADE_UP)
    expect(await prettier.format(text, { parser: 'markdown' })).toBe(text)
  })

  test('are read as they were written; before the first there are none', () => {
    const dir = mkdtempSync(join(tmpdir(), 'causeway-figures-'))
    const file = join(dir, 'figures.json')
    expect(readFigures(file)).toEqual({})
    writeFigures(file, MADE_UP)
    expect(readFigures(file)).toEqual(MADE_UP)
    writeFileSync(file, '{"the weather":{}}')
    expect(() => readFigures(file)).toThrow(/the weather/)
    rmSync(dir, { recursive: true })
  })
})
