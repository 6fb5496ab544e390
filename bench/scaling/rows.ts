/** A table in Markdown, spaced as prettier spaces it. The first column stands left, the others where it is said. */
export function renderRows(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  others: 'left' | 'right',
): string {
  const isRight = (at: number): boolean => at > 0 && others === 'right'
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)),
  )
  const line = (row: readonly string[], fill = ' '): string =>
    `| ${row.map((cell, at) => (isRight(at) ? cell.padStart(widths[at] ?? 0, fill) : cell.padEnd(widths[at] ?? 0, fill))).join(' | ')} |`
  const rule = line(
    head.map((_, at) => (isRight(at) ? ':' : '')),
    '-',
  )
  return [line(head), rule, ...rows.map((row) => line(row))].join('\n')
}
