import { randomId } from '../../sdk/randomId.ts'
import type { Sender } from '../../../contract/message.ts'
import { cleanSenderName } from '../../../contract/sender.ts'

const ID_KEY = 'causeway.sender'
const NAME_KEY = 'causeway.name'

/**
 * The sender that this browser claims to be if Causeway knows no accounts (AUTH=open): an id that stays, and a name that may change. If the browser
 * denies storage, the chat works, and both are lost when the page is closed.
 */
export class Identity {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  #id: string
  #name: string

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined) {
    this.#storage = storage
    this.#id = this.#read(ID_KEY) ?? randomId()
    this.#write(ID_KEY, this.#id)
    this.#name = cleanSenderName(this.#read(NAME_KEY) ?? '') || guestName(this.#id)
  }

  get sender(): Sender {
    return { id: this.#id, name: this.#name }
  }

  /** An empty name restores the guest's name. */
  rename(name: string): void {
    this.#name = cleanSenderName(name) || guestName(this.#id)
    this.#write(NAME_KEY, this.#name)
  }

  #read(key: string): string | undefined {
    try {
      return this.#storage?.getItem(key) ?? undefined
    } catch {
      return undefined
    }
  }

  #write(key: string, value: string): void {
    try {
      this.#storage?.setItem(key, value)
    } catch {
      // Storage is denied or full: the values in memory last as long as the page.
    }
  }
}

function guestName(id: string): string {
  return `Guest ${id.slice(0, 4)}`
}

/** The headers of a post by a claimed sender. */
export function senderHeaders({ id, name }: Sender): Record<string, string> {
  return { 'Causeway-Sender': id, 'Causeway-Sender-Name': encodeURIComponent(name) }
}
