/** Closes a run with one plain line for whoever counts. A file that did not even load is a failure of its own. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const counts = [`${results.numPassedTests} passed`, `${failed} failed`]
    if (skipped > 0) counts.push(`${skipped} skipped`)
    // jest's own summary, the teardown and its warnings come after this call; the line is to be the very last.
    process.on('exit', () => process.stdout.write(`${counts.join(', ')}\n`))
  }
}
