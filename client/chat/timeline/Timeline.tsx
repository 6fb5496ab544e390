import { Component, createRef } from 'preact'
import type { Room, Target } from './room.ts'
import { type Anchor, ScrollKeeper } from './scrollKeeper.ts'
import { TimelineRow, type RowsView } from './TimelineRow.tsx'
import type { Row } from './timelineRows.ts'
import type { ShownMessage } from '../../sdk/history.ts'

interface TimelineProps extends RowsView {
  room: Room
  rows: readonly Row[]
  /** Whether it follows new messages. */
  following: boolean
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
            onFocusOut={this.#leave}
            onMouseLeave={this.#deactivate}
            onKeyDown={this.#pressed}
          >
            {rows.map((row) => (
              <TimelineRow
                key={row.key}
                row={row}
                active={row.key === active}
                tabStop={row.key === tabStop}
                target={room.target?.position}
                view={this.props}
              />
            ))}
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

  /** Whoever leaves the list by the keyboard comes back to the message, and not to its buttons. A dialog gives the focus back. */
  readonly #leave = ({ relatedTarget }: FocusEvent): void => {
    if (!(relatedTarget instanceof Element) || relatedTarget.closest('dialog') !== null) return
    if (this.#list.current?.contains(relatedTarget) !== true) this.setState({ active: undefined })
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
