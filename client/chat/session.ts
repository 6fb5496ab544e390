import { Account } from './account/account.ts'
import { AccountApi, type Me } from './account/accountApi.ts'
import { type Identity, senderHeaders } from './account/identity.ts'
import type { SignInReason } from './account/SignIn.tsx'
import { BrowserTabs } from './account/tabs.ts'
import { Chat } from './chat.ts'
import { Drafts } from './composer/drafts.ts'
import { readHash } from './pageHash.ts'
import type { Notifier } from './notifier.ts'
import { Store } from './store.ts'
import { Causeway } from '../sdk/causeway.ts'
import { SharedSources } from '../sdk/sharedSources.ts'
import type { Sender } from '../../contract/message.ts'

interface SessionOptions {
  base: string
  identity: Identity
  /** What outlives the browser, and what outlives a reload only; undefined if the browser denies it. */
  kept: Storage | undefined
  keptHere: Storage | undefined
  /** Names this tab. */
  tab: string
  locks: LockManager | undefined
  notifier: Notifier
}

type View =
  /** Nobody has answered yet; `retryAt` on the page's clock. */
  | { is: 'starting'; retryAt?: number }
  | { is: 'sign-in'; reason: SignInReason }
  | { is: 'chat'; chat: Chat }

/** Who uses the page, and what they see. */
export class Session extends Store {
  readonly account: Account
  readonly accountApi: AccountApi
  readonly identity: Identity
  readonly #options: SessionOptions
  readonly #causeway: Causeway
  readonly #shared: SharedSources | undefined
  #view: View = { is: 'starting' }

  constructor(options: SessionOptions) {
    super()
    const { base, identity, locks } = options
    this.#options = options
    this.identity = identity
    this.accountApi = new AccountApi(base)
    this.account = new Account({
      api: this.accountApi,
      tabs: new BrowserTabs(`causeway ${base}`),
      changed: () => this.show(),
      waiting: (retryInMs) =>
        this.#become({ is: 'starting', retryAt: performance.now() + retryInMs }),
    })
    const headers = () => (this.account.state.is === 'open' ? senderHeaders(identity.sender) : {})
    this.#causeway = new Causeway({ base, headers, renew: this.account.renew })
    this.#shared =
      locks &&
      new SharedSources(this.#causeway, {
        name: base,
        locks,
        channel: new BroadcastChannel(`causeway streams ${base}`),
      })
  }

  get view(): View {
    return this.#view
  }

  get base(): string {
    return this.#options.base
  }

  get sender(): Sender {
    const { state } = this.account
    return state.is === 'signed-in'
      ? { id: state.me.principal, name: state.me.name }
      : this.identity.sender
  }

  /** Shows what the account's state and the address ask for. */
  show(): void {
    const { state } = this.account
    if (state.is === 'starting') return
    const reason = this.#signInReason()
    if (state.is === 'signed-out' && state.why === 'left') this.#forget()
    if (reason !== undefined) {
      this.#leave()
      return this.#become({ is: 'sign-in', reason })
    }
    this.#clearHash()
    const chat = this.#chat()
    const place = readHash(location.hash)
    if (place.is === 'channel') chat.enter(place)
    this.#become({ is: 'chat', chat })
  }

  /** Somebody has signed in. */
  enter(me: Me): void {
    this.#clearHash()
    this.account.enter(me)
    this.show()
  }

  rename(name: string): void {
    this.identity.rename(name)
    this.changed()
  }

  network(state: 'online' | 'offline'): void {
    if (state === 'online') this.account.check()
    if (this.#view.is === 'chat') this.#view.chat.network(state)
  }

  check(): void {
    this.account.check()
    if (this.#view.is === 'chat') this.#view.chat.check()
  }

  #become(view: View): void {
    this.#view = view
    this.changed()
  }

  /** Undefined if the chat is to be shown. */
  #signInReason(): SignInReason | undefined {
    const { state } = this.account
    const hash = readHash(location.hash)
    const path = location.pathname + location.search + (hash.is === 'channel' ? location.hash : '')
    if (state.is === 'signed-out') return { why: state.why, hash, path }
    if (state.is !== 'signed-in' || hash.is !== 'invitation') return undefined
    return { why: 'first', hash, path, stay: state.me.name }
  }

  #chat(): Chat {
    const { id } = this.sender
    if (this.#view.is === 'chat' && this.#view.chat.me === id) return this.#view.chat
    this.#leave()
    const { kept, keptHere, tab, locks } = this.#options
    const { base, notifier } = this.#options
    return new Chat({
      accounts: this.account.state.is === 'signed-in',
      notifier,
      tabs: new BroadcastChannel(`causeway markers ${id} ${base}`),
      causeway: this.#causeway,
      shared: this.#shared,
      sender: () => this.sender,
      drafts: new Drafts(keptHere, id),
      outbox: { storage: kept, tab, locks },
    })
  }

  /** Nothing is shown any more that only the last reader may see. */
  #leave(): void {
    if (this.#view.is === 'chat') this.#view.chat.close()
  }

  #forget(): void {
    if (this.#view.is === 'chat') this.#view.chat.forget()
  }

  /** A code or an error in the address has done its work: a reload must not bring it back. */
  #clearHash(): void {
    if (readHash(location.hash).is !== 'channel') history.replaceState(null, '', '#/')
  }
}
