import { parseEventId } from '../../../contract/eventId.ts'
import type { Chain, GapRecord, MessageRecord, ReadyRecord } from './records.ts'
import type { Violation } from './violation.ts'

/** A part of one chain, from its beginning or a reset to the next reset. */
export interface Segment {
  epoch: string
  after: number
  messages: MessageRecord[]
  gaps: GapRecord[]
}

interface Division {
  segments: Segment[]
  violations: Violation[]
  deliveries: number
  /** Messages that came again, and that the reader did not pass to its application. */
  wireRepeats: number
}

/** Divides the records of a subscriber at its resets, and checks that each reset was honest. */
export function divide(chain: Chain): Division {
  const division: Division = { segments: [], violations: [], deliveries: 0, wireRepeats: 0 }
  const report = (word: Violation['word'], detail: string) =>
    division.violations.push({ word, detail: `${chain.name}: ${detail}` })
  let current: Segment | undefined
  let lastId = ''

  const begin = ({ epoch, position }: ReadyRecord) => {
    current = { epoch, after: position, messages: [], gaps: [] }
    division.segments.push(current)
  }

  for (const record of chain.records) {
    if (record.t === 'connect') lastId = record.lastId
    else if (record.t === 'gap') current?.gaps.push(record)
    else if (record.t === 'ready') {
      if (record.complete && current === undefined) begin(record)
      else if (record.complete && current?.epoch !== record.epoch) {
        report(
          'dishonest-reset',
          `continued without a reset from epoch ${current?.epoch} in ${record.epoch}`,
        )
        begin(record)
      } else if (!record.complete) {
        if (isOfThisLog(lastId, record)) report('dishonest-reset', `${lastId} is of this log`)
        begin(record)
      }
    } else if (record.t === 'message') {
      if (record.repeat === true) {
        division.wireRepeats++
        continue
      }
      division.deliveries++
      if (current?.epoch === record.epoch) current.messages.push(record)
      else report('phantom', `${record.position} came without a beginning in epoch ${record.epoch}`)
    }
  }
  if (division.segments.length === 0) report('tail', 'no stream ever began')
  return division
}

/** Whether the stream could have resumed from this id. */
function isOfThisLog(lastId: string, { epoch, position }: ReadyRecord): boolean {
  const id = parseEventId(lastId)
  return id !== undefined && id.epoch === epoch && id.position <= position
}
