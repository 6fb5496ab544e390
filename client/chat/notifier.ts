import { handleOf } from './people.ts'
import { previewOf } from './preview.ts'
import { nameOf } from './senderLabel.ts'
import type { ListedChannel } from './sidebar/listedChannels.ts'
import { Store } from './store.ts'
import { wordsOf } from './text/textParts.ts'
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
    return permission() === 'granted' ? this.#wish : 'none'
  }

  /** Whether the browser was told to show none. */
  get denied(): boolean {
    return permission() === 'denied'
  }

  /** Asks the person, by the browser, if nobody did. */
  async choose(wish: Wish): Promise<void> {
    if (wish !== 'none' && permission() === 'default') {
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
  tell(message: Message, channel: ListedChannel, me: Sender, open: () => void): void {
    const direct = channel.kind === 'direct'
    if (message.sender.id === me.id || document.hasFocus()) return
    if (!isWished(this.wish, message, direct, me)) return
    const from = nameOf(message.sender)
    const title = direct ? from : `${from} in ${channel.title}`
    const body = previewOf(message, MAX_BODY)
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

/** Some phones have no notifications of pages. */
function permission(): NotificationPermission {
  return 'Notification' in window ? Notification.permission : 'denied'
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
