import type { Conversation, Pending } from './conversation.ts'
import type { ShownMessage } from './sdk/history.ts'
import type { Gap } from './sdk/timeline.ts'

/** One line of the timeline. Rows with the same key and stamp look the same. */
export type Row = { key: string; stamp: string } & (
  | { kind: 'day'; date: Date }
  | { kind: 'gap'; gap: Gap }
  | { kind: 'message'; message: ShownMessage; own: boolean; first: boolean }
  | { kind: 'pending'; pending: Pending; first: boolean }
)

/** Messages of one sender within this time form a group: only the first shows the name. */
const GROUP_MS = 5 * 60_000

/** The messages in order, with a line for each local day and each gap; the messages being sent come last. */
export function rowsOf(conversation: Conversation, me: string): Row[] {
  const rows: Row[] = []
  const gaps = [...conversation.gaps].sort((a, b) => a.before - b.before)
  let last: ShownMessage | undefined
  for (const message of conversation.messages) {
    const passed = gaps.findIndex((gap) => gap.before > message.position)
    const here = gaps.splice(0, passed === -1 ? gaps.length : passed)
    rows.push(...here.map(gapRow))
    const date = new Date(message.sentAt)
    const newDay = last === undefined || dayOf(date) !== dayOf(new Date(last.sentAt))
    if (newDay) rows.push({ kind: 'day', key: `day ${dayOf(date)}`, stamp: '', date })
    const first = newDay || here.length > 0 || !isSameGroup(last, message)
    const own = message.sender.id === me
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
  for (const pending of conversation.pending) {
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
    Date.parse(next.sentAt) - Date.parse(last.sentAt) < GROUP_MS
  )
}

/** What may change about a message that is shown. */
function changesOf({ edited, deleted, reactions = [] }: ShownMessage): string {
  const counts = reactions.map(({ name, count }) => `${name}${count}`).join(' ')
  return `${edited?.position ?? ''} ${deleted ?? ''} ${counts}`
}

function gapRow(gap: Gap): Row {
  return { kind: 'gap', key: `gap ${gap.channel} ${gap.after} ${gap.before}`, stamp: '', gap }
}

function dayOf(date: Date): string {
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}
