import { markdownTable } from '../../bench/report/markdown.ts'
import type { Client } from './catalog.ts'
import type { Cell } from './trial.ts'

/** A table with a row for each client, in Markdown. A client without cells was skipped. */
export function table(clients: readonly Client[], columns: string[], cells: Cell[]): string {
  const rows = clients.map((client) => {
    const own = cells.filter((cell) => cell.client === client)
    const names = new Set(own.flatMap((cell) => cell.names))
    const found = columns.map((name) => show(own.find(({ column }) => column === name)))
    return [titleOf(client), [...names].map((name) => `\`"${name}"\``).join(' '), ...found]
  })
  const head = ['client', 'a message is called', ...columns]
  return markdownTable(head, rows)
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
