import type { Word } from './judge/violation.ts'
import type { Result } from './runScenario.ts'

const LOST: Word[] = ['lost-ack', 'skipped', 'tail', 'hole']
const DUPLICATED: Word[] = ['duplicate', 'idempotency']
const DISORDERED: Word[] = ['order']
const DISHONEST: Word[] = ['dishonest-gap', 'dishonest-reset', 'untold', 'phantom', 'inconsistent']

type Judgement = NonNullable<Result['judgement']>

/** The columns of figures. Counts of several faults are added; of times the worst one counts. */
const COLUMNS: { title: string; of: (judgement: Judgement) => number | undefined; isMs?: true }[] =
  [
    { title: 'deliveries', of: ({ deliveries }) => deliveries },
    { title: 'posts', of: ({ posts }) => posts.taken },
    { title: 'attempts failed', of: ({ posts }) => posts.failed + posts.unknown },
    { title: 'lost', of: count(LOST) },
    { title: 'duplicated', of: count(DUPLICATED) },
    { title: 'again on the wire', of: ({ wireRepeats }) => wireRepeats },
    { title: 'out of order', of: count(DISORDERED) },
    { title: 'dishonest', of: count(DISHONEST) },
    { title: 'worst delay', of: ({ worstDelayMs }) => worstDelayMs, isMs: true },
    { title: 'recovered after', of: ({ recoveryMs }) => recoveryMs, isMs: true },
    { title: 'told after', of: ({ toldMs }) => toldMs, isMs: true },
  ]

export const HEADINGS = ['fault', 'what happens', ...COLUMNS.map(({ title }) => title), 'verdict']

/** One fault as a row of the table. */
export function cells({ id, title, skipped, judgement, isShared }: Result): string[] {
  const words = [...new Set(judgement?.violations.map(({ word }) => word))]
  const figures = COLUMNS.map(({ of, isMs }) => show(judgement && of(judgement), isMs))
  if (skipped !== undefined) return [id, title, ...figures, `skipped: ${skipped}`]
  if (judgement === undefined) return [id, title, ...figures, 'BROKEN']
  const held = isShared === true ? 'held, without times' : 'held'
  return [id, title, ...figures, words.length === 0 ? held : `BROKEN: ${words.join(', ')}`]
}

/** All faults together as the last row. */
export function totals(results: readonly Result[]): string[] {
  const judged = results.flatMap(({ judgement }) => judgement ?? [])
  const held = judged.filter(({ violations }) => violations.length === 0).length
  const skipped = results.filter((result) => result.skipped !== undefined).length
  const figures = COLUMNS.map(({ of, isMs }) => {
    const values = judged.map((each) => of(each) ?? 0)
    return show(isMs ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0), isMs)
  })
  const run = results.length - skipped
  return ['all', `${run} faults, ${skipped} skipped`, ...figures, `${held} of ${run} held`]
}

function count(words: Word[]): (judgement: Judgement) => number {
  return ({ violations }) => violations.filter(({ word }) => words.includes(word)).length
}

function show(value: number | undefined, isMs?: true): string {
  if (value === undefined) return ''
  return isMs ? `${(value / 1_000).toFixed(1)} s` : value.toLocaleString('en')
}
