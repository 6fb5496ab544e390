import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { describeSystem } from '../machine/system.ts'
import { ROOT } from '../../stack/root.ts'
import { fillMarked, markdownTable } from './markdown.ts'

const PAGE = join(ROOT, 'docs/chat.md')

/** Before anything is measured: it says whether other work took the processors. */
const [load = 0] = loadavg()

/** Puts a table into its place on docs/chat.md, with the day, the commit, the machine and the `programs` that were measured. */
export function writeChatFigures(
  name: string,
  [head = [], ...rows]: readonly (readonly string[])[],
  programs: string,
): void {
  const { Machine, Causeway } = describeSystem()
  const day = new Date().toISOString().slice(0, 10)
  const where = `On ${day}, Causeway ${Causeway}, ${programs}, load ${load.toFixed(1)} before: ${Machine}.`
  const text = `${markdownTable(head, rows)}\n\n${where}`
  writeFileSync(PAGE, fillMarked(readFileSync(PAGE, 'utf8'), name, text))
}
