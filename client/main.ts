import { Account } from './account.ts'
import { AccountApi, type Me } from './accountApi.ts'
import { AccountView } from './accountView.ts'
import { channelOfHash } from './channelHash.ts'
import { Chat } from './chat.ts'
import { Drafts } from './drafts.ts'
import { byId } from './element.ts'
import { FieldView } from './fieldView.ts'
import { Identity, senderHeaders } from './identity.ts'
import { readHash } from './pageHash.ts'
import { pause } from './sdk/pause.ts'
import { SettingsApi } from './settingsApi.ts'
import type { SettingsView } from './settingsView.ts'
import type { SignInReason, SignInView } from './signInView.ts'
import { Causeway } from './sdk/causeway.ts'
import { SharedSources } from './sdk/sharedSources.ts'
import { tabName } from './tabName.ts'
import { BrowserTabs } from './tabs.ts'
import type { Sender } from '../contract/message.ts'

const base = document.baseURI.replace(/[?#].*$/, '')
const accountApi = new AccountApi(base)
const identity = new Identity(storage(() => localStorage))
const account = new Account({
  api: accountApi,
  tabs: new BrowserTabs(`causeway ${base}`),
  changed: () => show(),
  waiting: (retryInMs) => chat.waiting(retryInMs),
})
const { renew } = account
const headers = () => (account.state.is === 'open' ? senderHeaders(identity.sender) : {})
const tab = tabName(storage(() => sessionStorage))
// The types promise locks, but browsers have them on https and localhost only.
const locks: LockManager | undefined = navigator.locks
const causeway = new Causeway({ base, headers, renew })
const shared =
  locks &&
  new SharedSources(causeway, {
    name: base,
    locks,
    channel: new BroadcastChannel(`causeway streams ${base}`),
  })
const chat = new Chat({
  causeway,
  shared,
  outbox: { storage: storage(() => localStorage), tab, locks },
  sender,
})
const accountView = new AccountView(
  (everywhere) => account.leave(everywhere),
  () => void showSettings(),
)
const claimed = byId('claimed', HTMLElement)
const nameField = new FieldView('name', (text) => {
  identity.rename(text)
  nameField.show(identity.sender.name)
})
let drafts: { of: string; drafts: Drafts } | undefined
let signIn: SignInView | undefined
let settings: SettingsView | undefined

function sender(): Sender {
  const { state } = account
  if (state.is !== 'signed-in') return identity.sender
  const { principal, name } = state.me
  return { id: principal, name }
}

/** Shows what the account's state and the address ask for. */
function show(): void {
  const { state } = account
  if (state.is === 'starting') return
  accountView.show(state.is === 'signed-in' ? state.me : undefined)
  claimed.hidden = state.is !== 'open'
  nameField.show(identity.sender.name)
  if (state.is !== 'signed-in') settings?.close()
  if (state.is === 'signed-out' && state.why === 'left') {
    drafts?.drafts.clear()
    chat.forget()
  }
  if (signInReason() !== undefined) {
    chat.leave()
    void showSignIn()
    return
  }
  clearHash()
  signIn?.hide()
  chat.enter(channelOfHash(location.hash), ownDrafts())
}

/** Undefined if the chat is to be shown. */
function signInReason(): SignInReason | undefined {
  const { state } = account
  const hash = readHash(location.hash)
  const path = location.pathname + location.search + (hash.is === 'channel' ? location.hash : '')
  if (state.is === 'signed-out') return { why: state.why, hash, path }
  if (state.is !== 'signed-in' || hash.is !== 'invitation') return undefined
  return { why: 'first', hash, path, stay: state.me.name }
}

async function showSignIn(): Promise<void> {
  const module = await import('./signInView.ts').catch(() => undefined)
  // Nothing is lost: what was not sent is kept.
  if (module === undefined) return pause(2_000).then(() => location.reload())
  signIn ??= new module.SignInView({ api: accountApi, enter })
  // The state may have changed while the module came.
  const reason = signInReason()
  if (reason !== undefined) await signIn.show(reason)
}

async function showSettings(): Promise<void> {
  const module = await import('./settingsView.ts').catch(() => undefined)
  if (module === undefined) return pause(2_000).then(() => location.reload())
  settings ??= new module.SettingsView({
    api: new SettingsApi(base),
    accountApi,
    enter: (me) => account.enter(me),
    leave: () => account.leave(false),
  })
  // The state may have changed while the module came.
  if (account.state.is === 'signed-in') settings.open(account.state.me)
}

function enter(me: Me): void {
  clearHash()
  account.enter(me)
  show()
}

/** A code or an error in the address has done its work: a reload must not bring it back. */
function clearHash(): void {
  if (readHash(location.hash).is !== 'channel') history.replaceState(null, '', '#/')
}

function ownDrafts(): Drafts {
  const { id } = sender()
  const kept = storage(() => sessionStorage)
  if (drafts?.of !== id) drafts = { of: id, drafts: new Drafts(kept, id) }
  return drafts.drafts
}

/** Merely reading `localStorage` throws if the browser denies access. */
function storage(read: () => Storage): Storage | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

window.addEventListener('hashchange', show)
window.addEventListener('online', () => account.check())
document.addEventListener('visibilitychange', () => account.check())
void account.start()
