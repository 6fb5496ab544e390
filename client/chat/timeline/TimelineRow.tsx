import { DayLine, GapLine, UnreadLine } from './Lines.tsx'
import { MessageRow } from './MessageRow.tsx'
import { PendingRow } from './PendingRow.tsx'
import type { Row } from './timelineRows.ts'
import type { MessageActions } from './Toolbar.tsx'
import type { ShownMessage } from '../../sdk/history.ts'
import type { Sender } from '../../../contract/message.ts'

/** What all rows need. */
export interface RowsView {
  sender: Sender
  handle: string
  /** The position of the message that is being edited. */
  editing: number | undefined
  actions: MessageActions
  /** What a message is a reply to, in words. */
  contextOf: (message: ShownMessage) => string | undefined
  retry: (key: string) => void
  discard: (key: string) => void
  pickDay: () => void
}

interface TimelineRowProps {
  row: Row
  /** Whether the pointer or the keyboard is on it. */
  active: boolean
  /** Whether the keyboard gets into the list here. */
  tabStop: boolean
  /** The position that the reader was led to. */
  target: number | undefined
  view: RowsView
}

/** A line of the timeline. */
export function TimelineRow({ row, active, tabStop, target, view }: TimelineRowProps) {
  const { sender, handle, editing, actions, contextOf, retry, discard, pickDay } = view
  switch (row.kind) {
    case 'day':
      return <DayLine date={row.date} pick={pickDay} />
    case 'gap':
      return <GapLine gap={row.gap} />
    case 'unread':
      return <UnreadLine />
    case 'pending': {
      const { pending, first } = row
      return <PendingRow {...{ pending, sender, first, handle, retry, discard }} />
    }
    case 'message': {
      const { key, stamp, message, own, first } = row
      return (
        <MessageRow
          {...{ stamp, message, own, first, handle, actions, active, tabStop }}
          rowKey={key}
          editing={editing === message.position}
          target={target === message.position}
          context={contextOf(message)}
        />
      )
    }
  }
}
