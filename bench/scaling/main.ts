import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'
import { fillMarked } from '../report/markdown.ts'
import { readResults } from '../report/results.ts'
import { renderCapacity } from './capacity.ts'
import { formatDay, makeDay, parseDay } from './day.ts'
import { renderLogs } from './logs.ts'
import { renderMeasuredLogs } from './measuredLogs.ts'
import { drawDay } from './picture.ts'
import { readGatewayValues } from './policy.ts'
import { renderTable, simulateAll } from './table.ts'

const DAY = 'bench/scaling/day.csv'
const PAGE = 'docs/scaling.md'
const SEED = 5

/**
 * `node dist/bench/scaling/main.js`: simulates the day under the chart's policy, and writes docs/scaling-day.svg and the tables
 * of docs/scaling.md. To see a day of your own, replace day.csv by a recording.
 */
if (!existsSync(join(ROOT, DAY))) {
  write(DAY, formatDay(makeDay(SEED), `made by bench/scaling/day.ts with seed ${SEED}`))
}
const values = readGatewayValues(read('charts/causeway/values.yaml'))
const outcomes = simulateAll(parseDay(read(DAY)), values)
const table = renderTable(outcomes)
for (const [, outcome] of outcomes.slice(0, 1)) {
  write('docs/scaling-day.svg', drawDay(outcome, values.hpa.target))
}
const benchmarks = readResults(join(ROOT, 'docs/benchmarks.json'))
const tables = {
  day: table,
  capacity: renderCapacity(benchmarks, values.memoryBytes),
  logs: renderLogs(),
  measured: renderMeasuredLogs(benchmarks),
}
let page = read(PAGE)
for (const [name, text] of Object.entries(tables)) page = fillMarked(page, name, text)
write(PAGE, page)
process.stdout.write(`${table}\n`)

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

function write(path: string, text: string): void {
  writeFileSync(join(ROOT, path), text)
}
