import { Component, createRef } from 'preact'
import { DayLine, GapLine, UnreadLine } from './Lines.tsx'
import { MessageRow } from './MessageRow.tsx'
import { PendingRow } from './PendingRow.tsx'
import type { Room, Target } from './room.ts'
import { type Anchor, ScrollKeeper } from './scrollKeeper.ts'
import type { Row } from './timelineRows.ts'
import type { MessageActions } from './Toolbar.tsx'
import type { ShownMessage } from '../../sdk/history.ts'
import type { Sender } from '../../../contract/message.ts'

interface TimelineProps {
  room: Room
  rows: readonly Row[]
  /** Whether it follows new messages. */
  following: boolean
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
  /** The reader came to the end of the channel, or left it; `seen` is the last position on the screen. */
  see: (following: boolean, seen: number) => void
  /** A key was pressed on a message. */
  press: (event: KeyboardEvent, message: ShownMessage) => void
}

interface TimelineState {
  /** The row under the pointer or the keyboard. */
  active: string | undefined
}

/** The scrolled list. It follows new messages while the reader is at the end, and otherwise holds still. */
export class Timeline extends Component<TimelineProps, TimelineState> {
  override state: TimelineState = { active: undefined }
  readonly #scroller = createRef<HTMLElement>()
  readonly #list = createRef<HTMLOListElement>()
  #keeper: ScrollKeeper | undefined
  #observer: ResizeObserver | undefined
  #shownTarget: Target | undefined

  override componentDidMount(): void {
    const [scroller, list] = [this.#scroller.current, this.#list.current]
    if (scroller === null || list === null) return
    this.#keeper = new ScrollKeeper(scroller, list)
    // The window, a phone's keyboard, the composer and the messages all change the height.
    this.#observer = new ResizeObserver(() => this.#settle())
    this.#observer.observe(scroller)
    this.#observer.observe(list)
    this.#place(null)
  }

  override componentWillUnmount(): void {
    this.#observer?.disconnect()
  }

  override getSnapshotBeforeUpdate(): Anchor | null {
    return this.props.following ? null : (this.#keeper?.anchor() ?? null)
  }

  override componentDidUpdate(before: TimelineProps, _state: TimelineState, anchor: Anchor | null) {
    // The pointer moves over the rows also while the reader scrolls, and must not undo that.
    if (before === this.props) return
    if (before.room !== this.props.room) this.setState({ active: undefined })
    this.#place(anchor)
  }

  override render() {
    const { room, rows } = this.props
    const { older, newer, entered, conversation } = room
    const busy = !entered || older === 'loading' || newer === 'loading'
    const last = rows.findLast(({ kind }) => kind === 'message')?.key
    const { active } = this.state
    const tabStop = rows.some(({ key }) => key === active) ? active : last
    return (
      <section
        id="timeline"
        ref={this.#scroller}
        aria-label="Messages"
        aria-busy={busy}
        tabIndex={-1}
        onScroll={this.#scrolled}
      >
        <div class="column">
          {entered && !conversation.complete && (
            <p class="edge">
              <button
                id="older"
                type="button"
                disabled={older === 'loading'}
                onClick={() => void room.loadOlder()}
              >
                Show older messages
              </button>
            </p>
          )}
          <p class="edge" id="older-status" role="status">
            {typeof older === 'object' ? `Older messages did not load. ${older.failure}` : ''}
          </p>
          {entered && rows.length === 0 && (
            <p id="empty">
              Nothing has been said here yet.
              <br />
              Say hello.
            </p>
          )}
          <ol
            id="messages"
            ref={this.#list}
            aria-label="Conversation"
            onMouseOver={this.#activate}
            onFocusIn={this.#activate}
            onClick={this.#activate}
            onMouseLeave={this.#deactivate}
            onKeyDown={this.#pressed}
          >
            {rows.map((row) => this.#row(row, tabStop))}
          </ol>
          {entered && !conversation.atEnd && (
            <p class="edge" role="status">
              {typeof newer === 'object' ? `Newer messages did not load. ${newer.failure} ` : ''}
              <button type="button" onClick={() => void room.loadNewer()}>
                Show newer messages
              </button>
            </p>
          )}
        </div>
      </section>
    )
  }

  #row(row: Row, tabStop: string | undefined) {
    const { sender, handle, editing, actions, room, contextOf } = this.props
    switch (row.kind) {
      case 'day':
        return <DayLine key={row.key} date={row.date} pick={this.props.pickDay} />
      case 'gap':
        return <GapLine key={row.key} gap={row.gap} />
      case 'unread':
        return <UnreadLine key={row.key} />
      case 'pending': {
        const { pending, first } = row
        const { retry, discard } = this.props
        const more = { sender, first, handle, retry, discard }
        return <PendingRow key={row.key} pending={pending} {...more} />
      }
      case 'message': {
        const { key, stamp, message, own, first } = row
        return (
          <MessageRow
            key={key}
            rowKey={key}
            {...{ stamp, message, own, first, handle, actions }}
            active={key === this.state.active}
            tabStop={key === tabStop}
            editing={editing === message.position}
            target={room.target?.position === message.position}
            context={contextOf(message)}
          />
        )
      }
    }
  }

  #place(anchor: Anchor | null): void {
    const { room, following } = this.props
    if (following) this.#keeper?.toEnd()
    else if (anchor !== null) this.#keeper?.restore(anchor)
    this.#leadToTarget(room.target)
    this.#loadMore()
  }

  readonly #activate = (event: Event): void => {
    const row = event.target instanceof Element ? event.target.closest('[data-key]') : null
    const active = row instanceof HTMLElement ? row.dataset.key : undefined
    if (active !== this.state.active) this.setState({ active })
  }

  readonly #deactivate = (): void => {
    const focused = this.#list.current?.contains(document.activeElement) === true
    if (!focused) this.setState({ active: undefined })
  }

  /** Arrows move between messages; the rest is for whoever owns the actions. */
  readonly #pressed = (event: KeyboardEvent): void => {
    const row = event.target
    if (!(row instanceof HTMLElement) || row.dataset.position === undefined) return
    const rows = [...(this.#list.current?.querySelectorAll<HTMLElement>('[data-position]') ?? [])]
    const at = rows.indexOf(row)
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      Home: 0,
      End: rows.length - 1,
    }
    const next = moves[event.key]
    if (next !== undefined) {
      event.preventDefault()
      rows[Math.max(0, next)]?.focus()
      return
    }
    const shown = this.props.rows.find(({ key }) => key === row.dataset.key)
    if (shown?.kind === 'message') this.props.press(event, shown.message)
  }

  readonly #scrolled = (): void => {
    const keeper = this.#keeper
    if (keeper === undefined) return
    this.props.see(keeper.nearEnd && this.props.room.conversation.atEnd, keeper.lastSeen())
    this.#loadMore()
  }

  #settle(): void {
    if (this.props.following) this.#keeper?.toEnd()
    this.#loadMore()
  }

  /** After a failure only the button asks again; otherwise each scrolled pixel would. */
  #loadMore(): void {
    const { room, following } = this.props
    if (!room.entered) return
    if (room.older === 'idle' && this.#keeper?.nearFirstRow === true) void room.loadOlder()
    if (room.newer === 'idle' && !following && this.#keeper?.nearLastRow === true)
      void room.loadNewer()
  }

  #leadToTarget(target: Target | undefined): void {
    if (target === undefined || target === this.#shownTarget) return
    const row = this.#keeper?.rowAt(target.position)
    if (row === undefined) return
    this.#shownTarget = target
    row.scrollIntoView({ block: 'center' })
    row.focus({ preventScroll: true })
  }
}
