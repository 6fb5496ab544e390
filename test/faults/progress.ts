import { examples } from './judge/violation.ts'
import type { Result } from './runScenario.ts'
import type { Scenario } from './scenario.ts'
import { cells, HEADINGS, totals } from './table.ts'

/** The output at the terminal during a run: one line that changes, and one that stays for each fault. */
export class Progress {
  readonly #count: number
  #finished = 0

  constructor(count: number) {
    this.#count = count
  }

  line({ id, title }: Scenario, text: string): void {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r\x1b[K[${this.#finished + 1}/${this.#count}] ${id} ${title}: ${text}`)
  }

  done(result: Result): void {
    this.#finished++
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    this.print(`[${this.#finished}/${this.#count}] ${describe(result)}`)
    for (const { word, detail } of examples(result.judgement?.violations ?? [], 3)) {
      this.print(`    ${word}: ${detail}`)
    }
    for (const note of result.notes) this.print(`    ${note}`)
  }

  total(results: readonly Result[]): void {
    this.print(`all: ${label(totals(results))}`)
  }

  print(text: string): void {
    process.stderr.write(`${text}\n`)
  }
}

function describe(result: Result): string {
  const { id, title, skipped } = result
  return `${id} ${title}: ${skipped === undefined ? label(cells(result)) : `skipped, ${skipped}`}`
}

/** The figures of a row behind their headings, without those that are missing. */
function label(values: string[]): string {
  const pairs = HEADINGS.map((heading, at) => [heading, values[at] ?? ''] as const)
  return pairs
    .slice(2)
    .filter(([, value]) => value !== '')
    .map(([heading, value]) => `${heading} ${value}`)
    .join(', ')
}
