/** Closes a run with one plain line for whoever counts. A file that did not even load is a failure of its own. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const counts = [`${results.numPassedTests} passed`, `${failed} failed`]
    if (skipped > 0) counts.push(`${skipped} skipped`)
    process.stdout.write(`${counts.join(', ')}\n`)
  }
}
