import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'
import { startStack } from '../../stack/stack.ts'
import { fillMarked } from '../../bench/report/markdown.ts'
import { Testbed } from './testbed.ts'
import { type Client, CLIENTS } from './catalog.ts'
import { type Column, COLUMNS } from './columns.ts'
import { install, lackOf, type Language } from './languages.ts'
import { table, titleOf } from './table.ts'
import { type Cell, tryColumn } from './trial.ts'

/** The options of `npm run test:clients`, already checked. */
interface ClientsOptions {
  languages: Language[]
  /** The folder for the libraries, outside of the repository. */
  cache: string
  /** Columns; empty: all. */
  only: string[]
  /** Request no additional heartbeats, to see which clients leave a quiet stream. */
  plain: boolean
  /** Write the table into docs/clients.md. */
  write: boolean
}

const PAGE = join(ROOT, 'docs/clients.md')

/** Tests every client, prints a table, and ends with a line of counts. The exit code is 1 if any cell failed. */
export async function main(options: ClientsOptions): Promise<void> {
  const wanted = COLUMNS.filter(
    ({ name }) => options.only.length === 0 || options.only.includes(name),
  )
  const chosen = CLIENTS.filter(({ language }) => options.languages.includes(language))
  const there = await prepare(chosen, options.cache)
  const cells = await tryAll(there, wanted, options)
  const names = wanted.map(({ name }) => name)
  const text = table(chosen, names, cells)
  process.stdout.write(`\n${text}\n`)
  if (options.write) writeFileSync(PAGE, fillMarked(readFileSync(PAGE, 'utf8'), 'clients', text))
  const failed = cells.filter(({ faults }) => faults.length > 0).length
  const skipped = (chosen.length - there.length) * names.length
  process.stdout.write(`${cells.length - failed} passed, ${failed} failed, ${skipped} skipped\n`)
  if (failed > 0) process.exitCode = 1
}

/** The clients whose language and libraries are installed. */
async function prepare(clients: readonly Client[], cache: string): Promise<Client[]> {
  const ready = new Set<Language>()
  for (const language of new Set(clients.map((client) => client.language))) {
    const lack = lackOf(language) ?? install(language, cache, print)
    if (lack === undefined) ready.add(language)
    else print(`${language} is skipped: ${lack}`)
  }
  return clients.filter(({ language }) => ready.has(language))
}

async function tryAll(
  clients: readonly Client[],
  columns: readonly Column[],
  options: ClientsOptions,
): Promise<Cell[]> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-clients-'))
  const stack = await startStack({ dir })
  const testbed = await Testbed.prepare(stack, clients, options)
  const close = async () => {
    await testbed.close()
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  // Each client leads its own process group, which no signal of a terminal reaches.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void close().finally(() => process.exit(130)))
  }
  const cells: Cell[] = []
  try {
    await testbed.start()
    for (const column of columns) {
      print(`${column.name}: ${column.about}`)
      const found = await tryColumn(testbed, column)
      for (const { client, faults, complaint } of found) {
        if (faults.length > 0) print(`  ${titleOf(client)}: ${faults.join(', ')} ${complaint}`)
      }
      cells.push(...found)
    }
  } finally {
    await close()
  }
  return cells
}

function print(line: string): void {
  process.stderr.write(`causeway: ${line.trimEnd()}\n`)
}
