import { format, median } from './statistics.ts'
import type { Series } from './results.ts'

const WIDTH = 720
/** The width of a 13 px letter, rather too wide: the width of a text cannot be measured here. */
const LETTER = 7.4
const RIGHT = 130
const BAR = 22
const ROW = 34
const TOP = 44

/** Draws a bar for each target: the median of its rounds, with a line from the least to the most. */
export function barChart(title: string, series: readonly Series[]): string {
  const left = 20 + LETTER * Math.max(...series.map(({ target }) => target.length))
  const most = Math.max(...series.flatMap(({ values }) => values))
  const scale = (value: number): number => ((WIDTH - left - RIGHT) * value) / most
  const rows = series.map(({ target, values }, at) => {
    const y = TOP + at * ROW
    const middle = y + BAR / 2
    const [from, to] = [left + scale(Math.min(...values)), left + scale(Math.max(...values))]
    return `
  <text x="${round(left - 8)}" y="${middle}" text-anchor="end">${escape(target)}</text>
  <rect class="${at === 0 ? 'ours' : 'peer'}" x="${round(left)}" y="${y}" width="${round(scale(median(values)))}" height="${BAR}"/>
  <path d="M${round(from)} ${middle}H${round(to)}"/>
  <text x="${round(to + 8)}" y="${middle}">${format(median(values))}</text>`
  })
  const height = TOP + series.length * ROW
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">
  <style>
    rect.page { fill: #fff }
    text { font: 13px system-ui, sans-serif; fill: #222; dominant-baseline: central }
    text.title { font-weight: 600 }
    rect.ours { fill: #1769aa }
    rect.peer { fill: #9db8cc }
    path { stroke: #222; stroke-width: 1.5 }
  </style>
  <rect class="page" width="${WIDTH}" height="${height}"/>
  <text class="title" x="12" y="20">${escape(title)}</text>${rows.join('')}
</svg>
`
}

function round(value: number): string {
  return value.toFixed(1)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
