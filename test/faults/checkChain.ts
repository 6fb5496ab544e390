import type { Life, LogView } from './logView.ts'
import type { Chain, GapRecord, MessageRecord, Row } from './records.ts'
import { divide, type Segment } from './segments.ts'
import type { Violation } from './violation.ts'

export interface ChainLimits {
  /** Messages at or below this position have been removed from the log: gaps may tell of them. */
  retainedAfter?: number | undefined
}

export interface ChainVerdict {
  violations: Violation[]
  deliveries: number
  wireRepeats: number
}

type Finding = [Violation['word'], string]

/** One subscriber against the log: each message of its channels once, in order, or a true word about it. */
export function checkChain(chain: Chain, log: LogView, limits: ChainLimits = {}): ChainVerdict {
  const { segments, violations, deliveries, wireRepeats } = divide(chain)
  const findings = segments.flatMap((segment) =>
    segment === segments.at(-1)
      ? checkLast(segment, chain, log, limits)
      : checkEarlier(segment, chain, log, limits),
  )
  const more = findings.map(([word, text]) => ({ word, detail: `${chain.name}: ${text}` }))
  return { violations: [...violations, ...more], deliveries, wireRepeats }
}

/** It ends with the run, so it must have come to the end of the log that is there. */
function checkLast(segment: Segment, chain: Chain, log: LogView, limits: ChainLimits): Finding[] {
  const { epoch, position } = log.head
  if (segment.epoch === epoch) {
    return [
      ...checkAgainst(segment, chain, log.present, limits),
      ...missing(segment, chain, log.present, position),
    ]
  }
  return [
    ...checkEarlier(segment, chain, log, limits),
    ['tail', `it stands in epoch ${segment.epoch}, and the log is in ${epoch}`],
  ]
}

/**
 * It ended with a reset, so it is whole up to the last that it heard. If the log went back in its epoch, it may have followed the log
 * before or the log afterwards, but not first the one and then the other.
 */
function checkEarlier(
  segment: Segment,
  chain: Chain,
  log: LogView,
  limits: ChainLimits,
): Finding[] {
  const [first, ...others] = log
    .lives(segment.epoch)
    .map((life) => [
      ...checkAgainst(segment, chain, life, limits),
      ...missing(segment, chain, life, lastOf(segment)),
    ])
  if (first === undefined) return [['phantom', `the log never had the epoch ${segment.epoch}`]]
  return others.reduce((best, each) => (each.length < best.length ? each : best), first)
}

function checkAgainst(segment: Segment, chain: Chain, life: Life, limits: ChainLimits): Finding[] {
  const findings: Finding[] = []
  const seen = new Set<number>()
  let last = segment.after
  for (const record of segment.messages) {
    const { position } = record
    findings.push(...compare(record, life.row(position), chain))
    if (seen.has(position)) findings.push(['duplicate', `${position}`])
    else if (position <= last) findings.push(['order', `${position} after ${last}`])
    seen.add(position)
    last = Math.max(last, position)
  }
  return [...findings, ...segment.gaps.flatMap((gap) => checkGap(gap, life, limits))]
}

function checkGap(
  { channel, after, before, reason }: GapRecord,
  life: Life,
  { retainedAfter }: ChainLimits,
): Finding[] {
  const from = Math.max(after, retainedAfter ?? 0)
  const withheld = life.between(channel, from, before - 1)
  const isAllowed = retainedAfter !== undefined && reason === 'retention'
  if (isAllowed && withheld.length === 0) return []
  const name = `${channel} ${after}..${before} (${reason})`
  return [['dishonest-gap', `${name}: ${withheld.length} are there`]]
}

function missing(segment: Segment, chain: Chain, life: Life, upTo: number): Finding[] {
  // By their ids: another message in its place is none of it.
  const seen = new Set(segment.messages.map(({ id }) => id))
  const last = lastOf(segment)
  const isTold = ({ position, channel }: Row) =>
    segment.gaps.some(
      (gap) => gap.channel === channel && gap.after < position && position < gap.before,
    )
  return chain.channels
    .flatMap((channel) => life.between(channel, segment.after, upTo))
    .filter((row) => !seen.has(row.id) && !isTold(row))
    .map(({ position }) => [position < last ? 'skipped' : 'tail', `${position} never came`])
}

function lastOf({ after, messages }: Segment): number {
  return messages.reduce((last, { position }) => Math.max(last, position), after)
}

function compare(heard: MessageRecord, row: Row | undefined, chain: Chain): Finding[] {
  const name = `${heard.channel} ${heard.position}`
  if (row === undefined || row.id !== heard.id || row.channel !== heard.channel) {
    return [['phantom', `${name} is not in the log`]]
  }
  if (!chain.channels.includes(heard.channel)) return [['phantom', `${name} was not asked for`]]
  if (row.hash !== heard.hash || row.previous !== heard.previous) {
    return [['inconsistent', `${name} is not what the log has`]]
  }
  return []
}
