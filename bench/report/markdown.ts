/** A table in Markdown, spaced as prettier spaces it. `isRight` names the columns that stand right; a `|` in a cell is escaped. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  isRight: (column: number) => boolean = () => false,
): string {
  const [titles = [], ...cells] = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll('|', '\\|')),
  )
  const widths = titles.map((title, at) =>
    Math.max(3, title.length, ...cells.map((row) => row[at]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (isRight(at) ? (row[at] ?? '').padStart(width) : (row[at] ?? '').padEnd(width))).join(' | ')} |`
  const rule = widths.map(
    (width, at) => '-'.repeat(width - Number(isRight(at))) + (isRight(at) ? ':' : ''),
  )
  return [titles, rule, ...cells].map(line).join('\n')
}

/**
 * Replaces what stands between `<!-- begin NAME -->` and `<!-- end NAME -->` on a page.
 * @throws if the page has no such place
 */
export function fillMarked(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
  const [before, rest] = page.split(begin)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined)
    throw new Error(`the page has no place for ${name}`)
  return `${before}${begin}\n\n${content.trimEnd()}\n\n${end}${after}`
}
