import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Writes a report for Jenkins' `junit` step to $JUNIT_FILE, also if nothing ran: Jenkins takes an empty report for a failure. */
export default class JunitReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.JUNIT_FILE
    if (file === undefined) throw new Error('JUNIT_FILE must name the file for the report')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, renderReport(results))
  }
}

function renderReport(results) {
  const suites = results.testResults.map(renderSuite)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`
}

function renderSuite({ testFilePath, testResults, testExecError, failureMessage, perfStats }) {
  const name = testFilePath.replace(`${process.cwd()}/`, '')
  // A file that did not load has no tests, so its failure would not be seen.
  const broken =
    testExecError || (testResults.length === 0 && failureMessage)
      ? [
          `    <testcase classname="${escape(name)}" name="loads"><error>${escape(failureMessage ?? '')}</error></testcase>\n`,
        ]
      : []
  const cases = [...testResults.map((test) => renderCase(name, test)), ...broken]
  const count = (status) => testResults.filter((test) => test.status === status).length
  const attributes = [
    ['name', name],
    ['tests', cases.length],
    ['failures', count('failed')],
    ['errors', broken.length],
    ['skipped', count('pending') + count('todo')],
    ['time', (perfStats.runtime / 1000).toFixed(3)],
  ]
  const text = attributes.map(([key, value]) => ` ${key}="${escape(String(value))}"`).join('')
  return `  <testsuite${text}>\n${cases.join('')}  </testsuite>\n`
}

function renderCase(suite, { ancestorTitles, title, status, duration, failureMessages }) {
  const name = [...ancestorTitles, title].join(' › ')
  const open = `    <testcase classname="${escape(suite)}" name="${escape(name)}" time="${((duration ?? 0) / 1000).toFixed(3)}"`
  if (status === 'failed') {
    return `${open}><failure>${escape(failureMessages.join('\n'))}</failure></testcase>\n`
  }
  return status === 'passed' ? `${open}/>\n` : `${open}><skipped/></testcase>\n`
}

/** Also drops the colours of jest's messages, and characters that XML 1.0 cannot hold. */
function escape(text) {
  return stripVTControlCharacters(text)
    .replaceAll(/[^\P{C}\t\n\r]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
