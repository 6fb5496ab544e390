import type { Result } from './runScenario.ts'
import type { Scenario } from './scenario.ts'
import { cells, HEADINGS, totals } from './table.ts'
import { examples } from './violation.ts'

/** What is seen at the terminal while it runs: one line that changes, and one that stays for each fault. */
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

  done(result: Result | undefined): void {
    if (result === undefined) return
    this.#finished++
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    this.print(`[${this.#finished}/${this.#count}] ${describe(result)}`)
    for (const { word, detail } of examples(result.judgement?.violations ?? [], 3)) {
      this.print(`    ${word}: ${detail}`)
    }
    for (const note of result.notes) this.print(`    ${note}`)
  }

  total(results: readonly Result[]): void {
    const [, , ...values] = totals(results)
    this.print(`all: ${label(values)}`)
  }

  print(text: string): void {
    process.stderr.write(`${text}\n`)
  }
}

function describe(result: Result): string {
  const [id, title, ...values] = cells(result)
  if (result.skipped !== undefined) return `${id} ${title}: skipped, ${result.skipped}`
  return `${id} ${title}: ${label(values)}`
}

function label(values: string[]): string {
  const names = HEADINGS.slice(2)
  return values
    .map((value, at) => `${names[at]} ${value}`)
    .filter((text) => !text.endsWith(' '))
    .join(', ')
}
