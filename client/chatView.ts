import type { Connection } from './connection.ts'
import { ConnectionView } from './connectionView.ts'
import { byId } from './element.ts'
import type { Room } from './room.ts'
import { rowsOf } from './rows.ts'
import { rowView } from './rowView.ts'
import { TimelineView } from './timelineView.ts'
import type { Sender } from '../contract/message.ts'

/** Everything between the header and the composer: the timeline, its edges, and what arrived out of sight. */
export class ChatView {
  readonly #me: () => Sender
  readonly #timeline: TimelineView
  readonly #connection = new ConnectionView()
  readonly #empty = byId('empty', HTMLElement)
  readonly #older = byId('older', HTMLButtonElement)
  readonly #olderWords = byId('older-words', HTMLElement)
  readonly #pill = byId('pill', HTMLButtonElement)
  #room: Room | undefined
  #connected: Connection = { is: 'connecting' }
  #unseen = 0
  #planned = false

  constructor(me: () => Sender) {
    this.#me = me
    this.#timeline = new TimelineView({
      view: (row) =>
        rowView(row, me, {
          retry: (key) => this.#room?.retry(key),
          discard: (key) => this.#room?.discard(key),
        }),
      top: () => {
        // After a failure only the button asks again, or each pixel scrolled would.
        if (this.#room?.older === 'idle') void this.#room.loadOlder()
      },
      bottom: () => this.#see(),
    })
    this.#older.addEventListener('click', () => void this.#room?.loadOlder())
    this.#pill.addEventListener('click', () => this.follow())
    document.addEventListener('visibilitychange', () => this.#see())
  }

  enter(room: Room): void {
    this.#room = room
    this.#unseen = 0
    this.follow()
    this.plan()
  }

  connection(connection: Connection): void {
    this.#connected = connection
    this.#connection.show(connection)
    this.plan()
  }

  /** Goes to the newest message and stays there. */
  follow(): void {
    this.#timeline.follow()
    this.#see()
  }

  arrived(own: boolean): void {
    if (own || (this.#timeline.following && !document.hidden)) return
    this.#unseen += 1
    this.plan()
  }

  /** Draws in the next frame, once, however much has changed; a hidden page draws when it is looked at. */
  plan(): void {
    if (this.#planned) return
    this.#planned = true
    requestAnimationFrame(() => {
      this.#planned = false
      if (this.#room !== undefined) this.#draw(this.#room)
    })
  }

  #draw(room: Room): void {
    const { conversation, older } = room
    room.trim(this.#timeline.following)
    const rows = rowsOf(conversation, this.#me().id)
    this.#timeline.busy = !room.entered || older === 'loading'
    this.#empty.hidden = !room.entered || rows.length > 0
    this.#older.hidden = !room.entered || conversation.complete
    this.#older.disabled = older === 'loading'
    this.#olderWords.textContent =
      typeof older === 'object' ? `Older messages did not load. ${older.failure}` : ''
    this.#timeline.show(rows)
    this.#pill.hidden = this.#unseen === 0 || this.#timeline.following
    this.#pill.textContent = `${this.#unseen} new ${this.#unseen === 1 ? 'message' : 'messages'} ↓`
    const unread = this.#unseen > 0 ? `(${this.#unseen}) ` : ''
    document.title = `${unread}${room.channel} · Causeway`
    byId('composer-fields', HTMLFieldSetElement).disabled = this.#connected.is === 'refused'
  }

  #see(): void {
    if (this.#unseen === 0 || document.hidden || !this.#timeline.following) return
    this.#unseen = 0
    this.plan()
  }
}
