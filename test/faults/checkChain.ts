import { parseEventId } from '../../contract/eventId.ts'
import type { LogView } from './logView.ts'
import type { Chain, MessageRecord, ReadyRecord, Row } from './records.ts'
import type { Violation } from './violation.ts'

export interface ChainLimits {
  /** Messages at or below this position have been removed from the log: gaps may tell of them. */
  retainedAfter?: number | undefined
}

/** A stretch of one chain between its beginning, or a reset, and the next reset. */
interface Segment {
  epoch: string
  after: number
  last: number
  seen: Set<number>
  gaps: { channel: string; after: number; before: number }[]
}

export interface ChainVerdict {
  violations: Violation[]
  deliveries: number
  /** Came again over the wire, and the reader kept them from its application. */
  wireRepeats: number
}

/** One subscriber against the log: each message of its channels once, in order, or a true word about it. */
export function checkChain(chain: Chain, log: LogView, limits: ChainLimits = {}): ChainVerdict {
  const violations: Violation[] = []
  const report = (word: Violation['word'], detail: string) =>
    violations.push({ word, detail: `${chain.name}: ${detail}` })
  const segments: Segment[] = []
  let current: Segment | undefined
  let lastId = ''
  let deliveries = 0
  let wireRepeats = 0

  const begin = (ready: ReadyRecord) => {
    current = {
      epoch: ready.epoch,
      after: ready.position,
      last: ready.position,
      seen: new Set(),
      gaps: [],
    }
    segments.push(current)
  }

  for (const record of chain.records) {
    if (record.t === 'connect') lastId = record.lastId
    else if (record.t === 'ready') {
      if (record.complete && current === undefined) begin(record)
      else if (record.complete && current?.epoch !== record.epoch) {
        report(
          'dishonest-reset',
          `went on silently from epoch ${current?.epoch} in ${record.epoch}`,
        )
        begin(record)
      } else if (!record.complete) {
        if (isOfThisLog(lastId, record)) report('dishonest-reset', `${lastId} is of this log`)
        begin(record)
      }
    } else if (record.t === 'message') {
      if (record.repeat === true) {
        wireRepeats++
        continue
      }
      deliveries++
      const wrong = compare(record, log.row(record.epoch, record.position), chain)
      if (wrong !== undefined) report(...wrong)
      if (current === undefined || current.epoch !== record.epoch) {
        report('phantom', `${record.position} came without a beginning in epoch ${record.epoch}`)
      } else if (current.seen.has(record.position)) report('duplicate', `${record.position}`)
      else {
        if (record.position <= current.last)
          report('order', `${record.position} after ${current.last}`)
        current.seen.add(record.position)
        current.last = Math.max(current.last, record.position)
      }
    } else if (record.t === 'gap') {
      current?.gaps.push(record)
      const { channel, after, before, reason } = record
      const from = Math.max(after, limits.retainedAfter ?? 0)
      const withheld = log.between(current?.epoch ?? '', channel, from, before - 1)
      const isAllowed = limits.retainedAfter !== undefined && reason === 'retention'
      if (!isAllowed || withheld.length > 0) {
        report(
          'dishonest-gap',
          `${channel} ${after}..${before} (${reason}): ${withheld.length} are there`,
        )
      }
    }
  }

  for (const segment of segments) {
    const isLast = segment === segments.at(-1) && segment.epoch === log.head.epoch
    const missing = missingFrom(segment, chain, log, isLast ? log.head.position : segment.last)
    for (const { position } of missing) {
      report(position < segment.last ? 'skipped' : 'tail', `${position} never came`)
    }
  }
  if (segments.length === 0) report('tail', 'no stream ever began')
  return { violations, deliveries, wireRepeats }
}

function missingFrom(segment: Segment, chain: Chain, log: LogView, upTo: number): Row[] {
  return chain.channels
    .flatMap((channel) => log.between(segment.epoch, channel, segment.after, upTo))
    .filter(
      ({ position, channel }) =>
        !segment.seen.has(position) &&
        !segment.gaps.some(
          (gap) => gap.channel === channel && gap.after < position && position < gap.before,
        ),
    )
}

/** Whether the log could have gone on from this id. */
function isOfThisLog(lastId: string, { epoch, position }: ReadyRecord): boolean {
  const id = parseEventId(lastId)
  return id !== undefined && id.epoch === epoch && id.position <= position
}

function compare(
  heard: MessageRecord,
  row: Row | undefined,
  chain: Chain,
): [Violation['word'], string] | undefined {
  const name = `${heard.channel} ${heard.position}`
  if (row === undefined || row.id !== heard.id || row.channel !== heard.channel) {
    return ['phantom', `${name} is not in the log`]
  }
  if (!chain.channels.includes(heard.channel)) return ['phantom', `${name} was not asked for`]
  if (row.hash !== heard.hash || row.previous !== heard.previous) {
    return ['inconsistent', `${name} is not what the log has`]
  }
  return undefined
}
