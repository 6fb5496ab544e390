import type { Life, LogView } from './logView.ts'
import type { Chain, GapRecord, MessageRecord, Row } from './records.ts'
import { divide, type Segment } from './segments.ts'
import type { Violation } from './violation.ts'

export interface ChainLimits {
  /** Retention removed the messages up to this position: gaps over them are honest. */
  retainedAfter?: number | undefined
}

interface ChainVerdict {
  violations: Violation[]
  deliveries: number
  wireRepeats: number
}

type Finding = [Violation['word'], string]

/** Compares one subscriber with the log: each message of its channels came once and in order, or a true event explained its absence. */
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

/** The last segment ends with the run, so it must reach the end of the log. */
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
    ['tail', `it ended in epoch ${segment.epoch}, but the log is in ${epoch}`],
  ]
}

/**
 * An earlier segment ended with a reset, so it must be whole up to its last message. If the log went back in its epoch, the segment may
 * follow the log before or after that, but not first one and then the other.
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
  return [['dishonest-gap', `${name}: the log has ${withheld.length} of them`]]
}

function missing(segment: Segment, chain: Chain, life: Life, upTo: number): Finding[] {
  // Compared by id: another message at the same position does not count.
  const seen = new Set(segment.messages.map(({ id }) => id))
  const last = lastOf(segment)
  const isTold = ({ position, channel }: Row) =>
    segment.gaps.some(
      (gap) => gap.channel === channel && gap.after < position && position < gap.before,
    )
  return chain.channels
    .flatMap((channel) => life.between(channel, segment.after, upTo))
    .filter((row) => !seen.has(row.id) && !isTold(row))
    .map(({ position }) => [
      position < last ? 'skipped' : 'tail',
      `${position} was never delivered`,
    ])
}

function lastOf({ after, messages }: Segment): number {
  return messages.reduce((last, { position }) => Math.max(last, position), after)
}

function compare(heard: MessageRecord, row: Row | undefined, chain: Chain): Finding[] {
  const name = `${heard.channel} ${heard.position}`
  if (row === undefined || row.id !== heard.id || row.channel !== heard.channel) {
    return [['phantom', `${name} is not in the log`]]
  }
  if (!chain.channels.includes(heard.channel)) return [['phantom', `${name} was not requested`]]
  if (row.hash !== heard.hash || row.previous !== heard.previous) {
    return [['inconsistent', `${name} differs from the log`]]
  }
  return []
}
