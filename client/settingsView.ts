import type { AccountApi, Me, Methods } from './accountApi.ts'
import { byId, element } from './element.ts'
import { passwordForm } from './passwordForm.ts'
import type { OpenSession, OwnPasskey, SettingsApi } from './settingsApi.ts'
import { settingsErrorText } from './settingsLabels.ts'
import { passkeyList, sessionList } from './settingsLists.ts'
import { signInAgain } from './signInAgain.ts'
import { Problem } from '../contract/problem.ts'

interface SettingsOptions {
  api: Pick<
    SettingsApi,
    'sessions' | 'endSession' | 'changePassword' | 'passkeys' | 'addPasskey' | 'removePasskey'
  >
  accountApi: AccountApi
  /** Somebody has signed in again. */
  enter: (me: Me) => void
  /** Signs out here; rejects if that is not certain. */
  leave: () => Promise<void>
}

/** What the dialog shows. */
interface Shown {
  methods: Methods
  sessions: OpenSession[]
  /** Undefined: this person has none, or this browser. */
  passkeys: OwnPasskey[] | undefined
}

/** The dialog in which people see where they are signed in, and change their password and passkeys. */
export class SettingsView {
  readonly #options: SettingsOptions
  readonly #dialog = byId('settings', HTMLDialogElement)
  readonly #body = element('div', 'settings-body')
  readonly #again = element('div', '')
  readonly #notice = element('p', 'error')
  readonly #status = element('p', 'settings-status')
  #me: Me | undefined
  #shown: Shown | undefined
  #busy = false

  constructor(options: SettingsOptions) {
    this.#options = options
    this.#notice.setAttribute('role', 'alert')
    this.#status.setAttribute('role', 'status')
    // A password must not stay in the page.
    this.#dialog.addEventListener('close', () => this.#clear())
  }

  open(me: Me): void {
    this.#me = me
    const title = element('h2', '', 'Your account')
    title.id = 'settings-title'
    const names = element('p', 'settings-name', element('bdi', '', me.name), ' ')
    names.append(element('bdi', 'quiet', me.principal))
    const done = element('button', 'small-button', 'Close')
    done.type = 'button'
    done.addEventListener('click', () => this.close())
    const head = element('header', '', title, done)
    this.#dialog.replaceChildren(head, names, this.#notice, this.#status, this.#again, this.#body)
    this.#dialog.showModal()
    void this.#do(async () => {})
  }

  close(): void {
    this.#dialog.close()
  }

  /** Does one thing at a time, shows what is the case then, and says that it is done. */
  async #do(action: () => Promise<void>, done = ''): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#dialog.ariaBusy = 'true'
    this.#notice.textContent = ''
    this.#status.textContent = ''
    this.#again.replaceChildren()
    try {
      await action()
      this.#shown = await this.#read()
      this.#draw(this.#shown)
      this.#say(this.#status, done)
    } catch (error) {
      if (error instanceof Problem && error.type === 'unauthenticated') this.#askAgain(action, done)
      else this.#say(this.#notice, settingsErrorText(error))
    } finally {
      this.#busy = false
      this.#dialog.ariaBusy = 'false'
    }
  }

  async #read(): Promise<Shown> {
    const { api, accountApi } = this.#options
    const [methods, sessions] = await Promise.all([accountApi.methods(), api.sessions()])
    const hasPasskeys = methods.passkeys && this.#isLocal(sessions)
    return { methods, sessions, passkeys: hasPasskeys ? await api.passkeys() : undefined }
  }

  /** Whether the person has a password here: no guest, and nobody of a provider. */
  #isLocal(sessions: OpenSession[]): boolean {
    const isUser = this.#me?.principal.startsWith('user:') === true
    return isUser && providerOf(sessions) === null
  }

  #draw({ methods, sessions, passkeys }: Shown): void {
    const { api } = this.#options
    const form = passwordForm((old, next) => this.#changePassword(old, next))
    const end = (id: string) => void this.#do(() => api.endSession(id), 'The session has ended.')
    const remove = (id: string) =>
      void this.#do(() => api.removePasskey(id), 'The passkey is removed.')
    const parts = [
      section(
        'Where you are signed in',
        sessionList(sessions, end),
        ...this.#signOut(methods, sessions),
      ),
      ...(this.#isLocal(sessions) ? [section('Password', form)] : []),
    ]
    if (passkeys !== undefined) {
      const add = element('button', 'main-button', 'Add a passkey')
      add.type = 'button'
      add.addEventListener(
        'click',
        () => void this.#do(() => api.addPasskey(), 'The passkey is added.'),
      )
      const words = element(
        'p',
        'hint',
        'Your device, or a security key, signs you in: without a name or a password.',
      )
      parts.push(section('Passkeys', words, passkeyList(passkeys, remove), add))
    }
    const hadFocus = this.#dialog.contains(document.activeElement)
    this.#body.replaceChildren(...parts)
    // The button that was pressed may be gone, and the keyboard must not start at the page's top again.
    if (!hadFocus || document.activeElement === document.body) this.#dialog.focus()
  }

  #signOut({ providers }: Methods, sessions: OpenSession[]): HTMLElement[] {
    const provider = providerOf(sessions)
    if (provider === null) return []
    const { leave, accountApi } = this.#options
    const name = providers.find(({ id }) => id === provider)?.name ?? provider
    const button = element('button', 'main-button', `Sign out here and at ${name}`)
    button.type = 'button'
    button.addEventListener('click', () => {
      leave().then(
        () => location.assign(accountApi.providerSignOutUrl(provider)),
        (error: unknown) => this.#say(this.#notice, settingsErrorText(error)),
      )
    })
    return [button]
  }

  async #changePassword(password: string, newPassword: string): Promise<void> {
    await this.#options.api.changePassword(password, newPassword)
    await this.#do(async () => {}, 'Your password is changed.')
  }

  /** Both places are at the top, and the button that was pressed may be far below. */
  #say(place: HTMLElement, text: string): void {
    place.textContent = text
    if (text !== '') this.#dialog.scrollTo({ top: 0 })
  }

  #askAgain(action: () => Promise<void>, done: string): void {
    const [me, shown] = [this.#me, this.#shown]
    // Nothing was shown: so it is the session that is over, which the chat finds out too. A guest cannot come back as the same.
    if (shown === undefined || me?.principal.startsWith('user:') !== true) return this.close()
    const { accountApi, enter } = this.#options
    const goOn = (now: Me): void => {
      enter(now)
      // A passkey may be another person's.
      if (now.principal === me.principal) void this.#do(action, done)
      else this.close()
    }
    const path = location.pathname + location.search + location.hash
    const { methods, sessions } = shown
    const provider = providerOf(sessions)
    const asked = signInAgain({ api: accountApi, enter: goOn, me, methods, provider, path })
    this.#again.replaceChildren(asked)
    asked.querySelector<HTMLElement>('a, input, button')?.focus()
  }

  #clear(): void {
    this.#me = undefined
    this.#shown = undefined
    this.#dialog.replaceChildren()
    for (const part of [this.#body, this.#again]) part.replaceChildren()
  }
}

function providerOf(sessions: OpenSession[]): string | null {
  return sessions.find(({ current }) => current)?.provider ?? null
}

function section(title: string, ...content: HTMLElement[]): HTMLElement {
  return element('section', '', element('h3', '', title), ...content)
}
