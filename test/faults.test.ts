import { beforeAll, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT } from '../stack/root.ts'

/**
 * A few faults at a quarter of their length, on their own system; `npm run faults` runs all. F20 restarts every service under 500
 * posts a second, and some of its readers are the plain `eventsource` package. F31 promotes a replica that lacks commits. The other
 * tests keep the machine busy: then times are not judged, or things may take three times as long.
 */
const FAULTS = ['F5', 'F9c', 'F13a', 'F16b', 'F19', 'F20', 'F31'] as const
const OPTIONS = ['--only', FAULTS.join(','), '--minutes', '6', '--patience', '3', '--seed', '1']

let output = ''
let code: unknown

beforeAll(async () => {
  const run = spawn(process.execPath, ['stack/setup.mjs', 'faults', ...OPTIONS], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  run.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  ;[code] = await once(run, 'close')
}, 300_000)

describe('npm run faults', () => {
  test.each(FAULTS)('the promise held under fault %s', (id) => {
    const [, verdict] =
      new RegExp(`^\\[\\d+/\\d+\\] ${id} .* verdict (.*)$`, 'm').exec(output) ?? []
    expect(verdict ?? output).toMatch(/^held/)
  })

  test('the command exits with 0 and says that the promise held under all faults', () => {
    expect([code, output]).toEqual([0, expect.stringContaining('7 of 7 held')])
  })
})
