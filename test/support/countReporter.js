import { appendFileSync, readFileSync } from 'node:fs'

/**
 * Closes a run with one plain line of counts, for CI. A file that did not load counts as a failure. If $COUNTS_FILE names a file,
 * empty at first, each run adds a line to it, also two at once, and counts what the lines say: the last run speaks for all of them.
 * `notRun` names a suite that this run leaves out; a whole run prints it above the counts.
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
  appendFileSync(file, `${JSON.stringify(own)}\n`)
  const runs = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return Object.fromEntries(
    Object.keys(own).map((name) => [name, runs.reduce((sum, run) => sum + run[name], 0)]),
  )
}
