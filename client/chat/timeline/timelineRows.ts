import type { Conversation, Pending } from './conversation.ts'
import type { ShownMessage } from '../../sdk/history.ts'
import type { Gap } from '../../sdk/timeline.ts'

/** One line of the timeline. Rows with the same key and stamp look the same. */
export type Row = { key: string; stamp: string } & (
  | { kind: 'day'; date: Date }
  | { kind: 'gap'; gap: Gap }
  | { kind: 'unread' }
  | { kind: 'message'; message: ShownMessage; own: boolean; first: boolean }
  | { kind: 'pending'; pending: Pending; first: boolean }
)

/** Messages of one sender within this time form a group: only the first shows the name. */
const GROUP_MS = 5 * 60_000

/**
 * The messages in order, with a line for each local day and each gap, and one before the first message of others behind `unreadAfter`.
 * The messages being sent come last, if the end is shown.
 */
export function rowsOf(conversation: Conversation, me: string, unreadAfter = Infinity): Row[] {
  const rows: Row[] = []
  const gaps = [...conversation.gaps].sort((a, b) => a.before - b.before)
  let last: ShownMessage | undefined
  let unread = conversation.messages.some(({ position }) => position <= unreadAfter)
  unread ||= conversation.complete
  for (const message of conversation.shown) {
    const passed = gaps.findIndex((gap) => gap.before > message.position)
    const here = gaps.splice(0, passed === -1 ? gaps.length : passed)
    rows.push(...here.map(gapRow))
    const date = new Date(message.sentAt)
    const newDay = last === undefined || dayOf(date) !== dayOf(new Date(last.sentAt))
    if (newDay) rows.push({ kind: 'day', key: `day ${dayOf(date)}`, stamp: '', date })
    const own = message.sender.id === me
    const firstUnread = unread && !own && message.position > unreadAfter
    if (firstUnread) rows.push({ kind: 'unread', key: 'unread', stamp: '' })
    if (firstUnread) unread = false
    const first = newDay || firstUnread || here.length > 0 || !isSameGroup(last, message)
    const key = `message ${message.id}`
    rows.push({
      kind: 'message',
      key,
      stamp: `${first} ${changesOf(message)}`,
      message,
      own,
      first,
    })
    last = message
  }
  rows.push(...gaps.map(gapRow))
  let first = last?.sender.id !== me
  for (const pending of conversation.atEnd ? conversation.pending : []) {
    const stamp = `${first} ${pending.failure ?? ''}`
    rows.push({ kind: 'pending', key: `pending ${pending.key}`, stamp, pending, first })
    first = false
  }
  return rows
}

function isSameGroup(last: ShownMessage | undefined, next: ShownMessage): boolean {
  return (
    last !== undefined &&
    last.sender.id === next.sender.id &&
    last.sender.name === next.sender.name &&
    next.about === undefined &&
    Date.parse(next.sentAt) - Date.parse(last.sentAt) < GROUP_MS
  )
}

/** What may change about a message that is shown. */
function changesOf({ edited, deleted, replies, reactions = [] }: ShownMessage): string {
  const counts = reactions.map(({ name, count, senders }) => `${name}${count}${senders.join()}`)
  return `${edited?.position ?? ''} ${deleted ?? ''} ${replies?.count ?? ''} ${counts.join(' ')}`
}

function gapRow(gap: Gap): Row {
  return { kind: 'gap', key: `gap ${gap.channel} ${gap.after} ${gap.before}`, stamp: '', gap }
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}
