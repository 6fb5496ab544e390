import { handleOf } from './people.ts'
import { nameOf } from './senderLabel.ts'
import { Store } from './store.ts'
import { wordsOf } from './text/words.ts'
import { textOf } from './timeline/conversation.ts'
import type { Message, Sender } from '../../contract/message.ts'

/** What a person wants to be notified of while they do not look. */
export const WISHES = ['none', 'mentions', 'all'] as const
export type Wish = (typeof WISHES)[number]

const KEY = 'causeway.notifications'

const MAX_BODY = 200

/** Notifications of the browser. Nobody is asked for leave before they wished for some. */
export class Notifier extends Store {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  #wish: Wish

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    super()
    this.#storage = storage
    this.#wish = this.#read()
  }

  get wish(): Wish {
    return Notification.permission === 'granted' ? this.#wish : 'none'
  }

  /** Whether the browser was told to show none. */
  get denied(): boolean {
    return Notification.permission === 'denied'
  }

  /** Asks the person, by the browser, if nobody did. */
  async choose(wish: Wish): Promise<void> {
    if (wish !== 'none' && Notification.permission === 'default') {
      await Notification.requestPermission()
    }
    this.#wish = wish
    try {
      this.#storage?.setItem(KEY, wish)
    } catch {
      // Storage is denied or full: it holds as long as the page.
    }
    this.changed()
  }

  /** Shows a message if the person wished for it and does not look. `open` leads to it. */
  tell(
    message: Message,
    channel: { title: string; direct: boolean },
    me: Sender,
    open: () => void,
  ) {
    if (message.sender.id === me.id || document.hasFocus()) return
    if (!isWished(this.wish, message, channel.direct, me)) return
    const from = nameOf(message.sender)
    const title = channel.direct ? from : `${from} in ${channel.title}`
    const body = (textOf(message) ?? '').slice(0, MAX_BODY)
    // All tabs tell it, and the browser shows it once.
    const shown = new Notification(title, { body, tag: message.id, icon: './icon.svg' })
    shown.addEventListener('click', () => {
      window.focus()
      open()
      shown.close()
    })
  }

  #read(): Wish {
    try {
      const kept = this.#storage?.getItem(KEY)
      return WISHES.find((wish) => wish === kept) ?? 'none'
    } catch {
      return 'none'
    }
  }
}

/** A mention, or a direct message, is for the person; of the rest they may wish to know too. */
export function isWished(wish: Wish, message: Message, direct: boolean, me: Sender): boolean {
  if (wish === 'none' || (message.about !== undefined && message.about.as !== 'reply')) return false
  if (wish === 'all' || direct) return true
  const handle = handleOf(me).toLowerCase()
  return wordsOf(textOf(message) ?? '').some(
    (word) => word.is === 'mention' && word.handle.toLowerCase() === handle,
  )
}
