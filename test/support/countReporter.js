import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Closes a run with one plain line of counts, for CI. A file that did not load counts as a failure. If $COUNTS_FILE names a file,
 * empty at first, the counts of earlier runs are read from it and added: the last run speaks for all of them. `notRun` names a suite
 * that this run leaves out; a whole run prints it above the counts.
 */
export default class CountReporter {
  #notRun

  constructor({ nonFlagArgs, testNamePattern }, { notRun } = {}) {
    const isWhole = nonFlagArgs.length === 0 && !testNamePattern && !process.env.CAUSEWAY_FEW_TESTS
    this.#notRun = isWhole ? notRun : undefined
  }

  onRunComplete(_contexts, results) {
    const total = addUp(process.env.COUNTS_FILE, {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    })
    const counts = [`${total.passed} passed`, `${total.failed} failed`]
    if (total.skipped > 0) counts.push(`${total.skipped} skipped`)
    const lines = [this.#notRun, counts.join(', ')].filter(Boolean)
    // jest prints its summary, the teardown and its warnings after this call, and the counts must be the very last line.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`))
  }
}

function addUp(file, own) {
  if (file === undefined) return own
  const before = JSON.parse(readFileSync(file, 'utf8') || '{}')
  const total = Object.fromEntries(
    Object.entries(own).map(([name, count]) => [name, count + (before[name] ?? 0)]),
  )
  writeFileSync(file, JSON.stringify(total))
  return total
}
