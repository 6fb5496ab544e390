import type { Client } from './catalog.ts'
import type { Cell } from './trial.ts'

/** A row for each client, in Markdown; a client of which there are no cells was skipped. */
export function table(clients: readonly Client[], columns: string[], cells: Cell[]): string {
  const rows = clients.map((client) => {
    const own = cells.filter((cell) => cell.client === client)
    const names = new Set(own.flatMap((cell) => cell.names))
    const found = columns.map((name) => show(own.find(({ column }) => column === name)))
    return [titleOf(client), [...names].map((name) => `\`"${name}"\``).join(' '), ...found]
  })
  const head = ['client', 'a message is called', ...columns]
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

export function titleOf({ name, version, language }: Client): string {
  return [name, version, language === 'shell' ? '' : `(${language})`].filter(Boolean).join(' ')
}

function show(cell: Cell | undefined): string {
  if (cell === undefined) return '–'
  const { faults, limits, notes } = cell
  const words = [
    ...faults.map((fault) => `**${fault}**`),
    ...limits.map((fault) => `_${fault}_`),
    ...notes,
  ]
  return words.length > 0 ? words.join(', ') : '+'
}

/** The page with this table between its marks. Throws if it has none. */
export function withTable(page: string, text: string): string {
  const [begin, end] = ['<!-- begin clients -->', '<!-- end clients -->']
  const [before, rest] = page.split(begin)
  const [, after] = rest?.split(end) ?? []
  if (before === undefined || after === undefined) throw new Error('There is no place for it')
  return `${before}${begin}\n\n${text}\n\n${end}${after}`
}
