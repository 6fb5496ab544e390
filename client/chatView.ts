import type { Connection } from './sdk/connection.ts'
import { ConnectionView } from './connectionView.ts'
import { byId } from './element.ts'
import type { Room } from './room.ts'
import { rowsOf } from './timelineRows.ts'
import { rowView } from './rowView.ts'
import { TimelineView } from './timelineView.ts'
import type { Sender } from '../contract/message.ts'

/** Everything between the header and the composer: the timeline, its edges, and the count of unseen messages. */
export class ChatView {
  readonly #me: () => Sender
  readonly #timeline: TimelineView
  readonly #connection = new ConnectionView()
  readonly #empty = byId('empty', HTMLElement)
  readonly #older = byId('older', HTMLButtonElement)
  readonly #olderStatus = byId('older-status', HTMLElement)
  readonly #pill = byId('pill', HTMLButtonElement)
  readonly #fields = byId('composer-fields', HTMLFieldSetElement)
  #room: Room | undefined
  #connected: Connection = { is: 'connecting' }
  #unseen = 0
  #drawScheduled = false

  constructor(me: () => Sender) {
    this.#me = me
    this.#timeline = new TimelineView({
      view: (row) =>
        rowView(row, me, {
          retry: (key) => this.#room?.retry(key),
          discard: (key) => this.#room?.discard(key),
        }),
      top: () => {
        // After a failure only the button asks again; otherwise each scrolled pixel would.
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
    this.#fields.disabled = false
    this.follow()
    this.draw()
  }

  /** Takes everything off the page that only the last reader may see. */
  leave(): void {
    this.#room = undefined
    this.#unseen = 0
    this.#timeline.show([])
  }

  connection(connection: Connection): void {
    this.#connected = connection
    this.#connection.show(connection)
    this.draw()
  }

  /** Scrolls to the newest message and stays there. */
  follow(): void {
    this.#timeline.follow()
    this.#see()
  }

  arrived(own: boolean): void {
    if (own || (this.#timeline.following && !document.hidden)) return
    this.#unseen += 1
    this.draw()
  }

  /** Draws once in the next frame, however much has changed. A hidden page draws when it becomes visible. */
  draw(): void {
    if (this.#drawScheduled) return
    this.#drawScheduled = true
    requestAnimationFrame(() => {
      this.#drawScheduled = false
      if (this.#room !== undefined) this.#drawNow(this.#room)
    })
  }

  #drawNow(room: Room): void {
    const { conversation, older } = room
    room.trim(this.#timeline.following)
    const rows = rowsOf(conversation, this.#me().id)
    this.#timeline.busy = !room.entered || older === 'loading'
    this.#empty.hidden = !room.entered || rows.length > 0
    this.#older.hidden = !room.entered || conversation.complete
    this.#older.disabled = older === 'loading'
    this.#olderStatus.textContent =
      typeof older === 'object' ? `Older messages did not load. ${older.failure}` : ''
    this.#timeline.show(rows)
    this.#pill.hidden = this.#unseen === 0 || this.#timeline.following
    this.#pill.textContent = `${this.#unseen} new ${this.#unseen === 1 ? 'message' : 'messages'} ↓`
    const unread = this.#unseen > 0 ? `(${this.#unseen}) ` : ''
    document.title = `${unread}${room.channel} · Causeway`
    this.#fields.disabled = this.#connected.is === 'refused'
  }

  #see(): void {
    if (this.#unseen === 0 || document.hidden || !this.#timeline.following) return
    this.#unseen = 0
    this.draw()
  }
}
