import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Ends a run with one plain line of counts. A file that does not load counts as one failure. If $COUNTS_FILE
 * names a file, empty at first, the counts of earlier runs are read from there and added to: the last run speaks for all.
 */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const total = addUp(process.env.COUNTS_FILE, {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    })
    const counts = [`${total.passed} passed`, `${total.failed} failed`]
    if (total.skipped > 0) counts.push(`${total.skipped} skipped`)
    // jest's own summary, the teardown and its warnings come after this call; the line is to be the very last.
    process.on('exit', () => process.stdout.write(`${counts.join(', ')}\n`))
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
