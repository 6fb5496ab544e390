import type { Result } from './runScenario.ts'
import type { Word } from './violation.ts'

export const HEADINGS = [
  'fault',
  'what happens',
  'deliveries',
  'posts',
  'attempts failed',
  'lost',
  'duplicated',
  'again on the wire',
  'out of order',
  'dishonest',
  'worst delay',
  'recovered after',
  'told after',
  'verdict',
]

const LOST: Word[] = ['lost-ack', 'skipped', 'tail', 'hole']
const DUPLICATED: Word[] = ['duplicate', 'idempotency']
const DISORDERED: Word[] = ['order']
const DISHONEST: Word[] = ['dishonest-gap', 'dishonest-reset', 'untold', 'phantom', 'inconsistent']

/** One fault as a row of the table. */
export function cells({ id, title, skipped, judgement }: Result): string[] {
  const blank = HEADINGS.slice(3).map(() => '')
  if (skipped !== undefined) return [id, title, ...blank, `skipped: ${skipped}`]
  if (judgement === undefined) return [id, title, ...blank, 'BROKEN']
  const { posts, deliveries, wireRepeats, worstDelayMs, recoveryMs, toldMs, violations } = judgement
  const words = [...new Set(violations.map(({ word }) => word))]
  return [
    id,
    title,
    number(deliveries),
    number(posts.taken),
    number(posts.failed + posts.unknown),
    number(count(judgement.violations, LOST)),
    number(count(judgement.violations, DUPLICATED)),
    number(wireRepeats),
    number(count(judgement.violations, DISORDERED)),
    number(count(judgement.violations, DISHONEST)),
    seconds(worstDelayMs),
    seconds(recoveryMs),
    toldMs === undefined ? '' : seconds(toldMs),
    words.length === 0 ? 'held' : `BROKEN: ${words.join(', ')}`,
  ]
}

/** All of them together, the worst of what cannot be added. */
export function totals(results: readonly Result[]): string[] {
  const judged = results.flatMap(({ judgement }) => judgement ?? [])
  const all = judged.flatMap(({ violations }) => violations)
  const sum = (pick: (each: (typeof judged)[number]) => number) =>
    number(judged.reduce((total, each) => total + pick(each), 0))
  const worst = (pick: (each: (typeof judged)[number]) => number) =>
    seconds(judged.reduce((most, each) => Math.max(most, pick(each)), 0))
  const held = judged.filter(({ violations }) => violations.length === 0).length
  const skipped = results.filter((result) => result.skipped !== undefined).length
  return [
    'all',
    `${results.length - skipped} faults, ${skipped} skipped`,
    sum(({ deliveries }) => deliveries),
    sum(({ posts }) => posts.taken),
    sum(({ posts }) => posts.failed + posts.unknown),
    number(count(all, LOST)),
    number(count(all, DUPLICATED)),
    sum(({ wireRepeats }) => wireRepeats),
    number(count(all, DISORDERED)),
    number(count(all, DISHONEST)),
    worst(({ worstDelayMs }) => worstDelayMs),
    worst(({ recoveryMs }) => recoveryMs),
    worst(({ toldMs = 0 }) => toldMs),
    `${held} of ${results.length - skipped} held`,
  ]
}

function count(violations: { word: Word }[], words: Word[]): number {
  return violations.filter(({ word }) => words.includes(word)).length
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
