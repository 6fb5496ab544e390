import { SearchState } from './search/searchState.ts'
import { Store } from './store.ts'
import { Thread } from './timeline/thread.ts'
import type { Causeway } from '../sdk/causeway.ts'
import type { Outbox } from '../sdk/outbox.ts'
import type { Message } from '../../contract/message.ts'

/** What stands beside the timeline. */
type Panel =
  { is: 'thread'; thread: Thread } | { is: 'search'; search: SearchState } | { is: 'people' }

/** At most one thing stands beside the timeline: a thread, a search, or the people. */
export class Panels extends Store {
  readonly #causeway: Causeway
  readonly #me: string
  readonly #outbox: Pick<Outbox, 'unsent'>
  #open: Panel | undefined

  constructor(causeway: Causeway, me: string, outbox: Pick<Outbox, 'unsent'>) {
    super()
    this.#causeway = causeway
    this.#me = me
    this.#outbox = outbox
  }

  get open(): Panel | undefined {
    return this.#open
  }

  openThread(channel: string, root: number): void {
    const options = { causeway: this.#causeway, channel, root, me: this.#me, outbox: this.#outbox }
    this.#show({ is: 'thread', thread: new Thread(options) })
  }

  openSearch(): void {
    this.#show({ is: 'search', search: new SearchState(this.#causeway) })
  }

  openPeople(): void {
    this.#show({ is: 'people' })
  }

  /** Another channel is shown. What was found stays, because hits lead to channels. */
  leaveChannel(): void {
    if (this.#open?.is !== 'search') this.close()
  }

  close(): void {
    this.#show(undefined)
  }

  /** Takes a live message of the open channel. */
  receive(message: Message): void {
    if (this.#open?.is === 'thread') this.#open.thread.receive(message)
  }

  /** What was sent is stored. */
  settle(key: string, message: Message): void {
    if (this.#open?.is === 'thread') this.#open.thread.settle(key, message)
  }

  /** What is being sent has changed. */
  draw(): void {
    if (this.#open?.is === 'thread') this.#open.thread.draw()
  }

  #show(panel: Panel | undefined): void {
    if (this.#open?.is === 'thread') this.#open.thread.close()
    if (this.#open?.is === 'search') this.#open.search.close()
    this.#open = panel
    this.changed()
  }
}
