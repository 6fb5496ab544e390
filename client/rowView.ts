import type { Pending } from './conversation.ts'
import { textOf } from './conversation.ts'
import { element } from './element.ts'
import { badgeOf, nameOf } from './senderLabel.ts'
import type { ShownMessage } from './sdk/history.ts'
import type { Row } from './timelineRows.ts'
import { codeView, textView } from './textView.ts'
import { clockTime, dayName, fullTime } from './dateFormat.ts'
import { gapLabel } from './labels.ts'
import type { Sender } from '../contract/message.ts'

interface RowActions {
  retry: (key: string) => void
  discard: (key: string) => void
}

/** The number of colours in style.css. */
const HUES = 8

/** The element that shows a row. */
export function rowView(row: Row, me: () => Sender, actions: RowActions): HTMLLIElement {
  switch (row.kind) {
    case 'day':
      return element('li', 'day', dayName(row.date, new Date()))
    case 'gap':
      return element('li', 'gap', gapLabel(row.gap))
    case 'message':
      return messageView(row.message, row.own, row.first)
    case 'pending':
      return pendingView(row.pending, me(), row.first, actions)
  }
}

function messageView(message: ShownMessage, own: boolean, first: boolean): HTMLLIElement {
  const date = new Date(message.sentAt)
  const time = element('time', 'time', clockTime(date))
  time.dateTime = message.sentAt
  time.title = fullTime(date)
  if (message.edited !== undefined) time.append(' edited')
  const item = frame(message.sender, first, bodyView(message), time)
  item.classList.toggle('own', own)
  return item
}

function pendingView(
  { key, text, failure }: Pending,
  me: Sender,
  first: boolean,
  actions: RowActions,
): HTMLLIElement {
  const state = failure === undefined ? element('span', 'time', 'Sending…') : ''
  const item = frame(me, first, textView(text), state)
  item.classList.add('own', failure === undefined ? 'pending' : 'failed')
  if (failure === undefined) return item
  const retry = element('button', '', 'Try again')
  retry.addEventListener('click', () => actions.retry(key))
  const discard = element('button', '', 'Discard')
  discard.addEventListener('click', () => actions.discard(key))
  const failed = element('p', 'failure', `Not sent. ${failure} `, retry, ' ', discard)
  failed.setAttribute('role', 'alert')
  item.append(failed)
  return item
}

function frame(
  sender: Sender,
  first: boolean,
  body: HTMLElement[],
  state: Node | string,
): HTMLLIElement {
  const item = element('li', first ? 'message first' : 'message')
  if (first) {
    const shown = nameOf(sender)
    const avatar = element('span', `avatar hue-${hueOf(sender.id)}`, initialOf(shown))
    avatar.ariaHidden = 'true'
    const name = element('bdi', `name hue-${hueOf(sender.id)}`, shown)
    const line = element('p', 'sender', name)
    line.title = sender.id
    const badge = badgeOf(sender)
    if (badge !== '') line.append(' ', element('span', 'badge', badge))
    item.append(avatar, line)
  }
  item.append(element('div', 'bubble', ...body, state))
  return item
}

function bodyView(message: ShownMessage): HTMLElement[] {
  if (message.deleted === true) return [element('p', 'deleted', 'This message was deleted.')]
  const text = textOf(message)
  const body = text === undefined ? codeView(JSON.stringify(message.data)) : textView(text)
  const { reactions = [] } = message
  if (reactions.length === 0) return body
  const counts = reactions.map(({ name, count, senders }) => {
    const reaction = element('span', 'reaction', `${name} ${count}`)
    reaction.title = senders.join(', ')
    return reaction
  })
  return [...body, element('p', 'reactions', ...counts)]
}

/** The colour of a sender: the same in every browser. */
function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return hash % HUES
}

/** The first letter or digit of a name, which may begin with anything. */
function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '·').toLocaleUpperCase()
}
