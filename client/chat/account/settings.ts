import type { AccountApi, Me, Methods } from './accountApi.ts'
import type { OpenSession, OwnPasskey, SettingsApi } from './settingsApi.ts'
import { settingsErrorText } from './settingsLabels.ts'
import { Store } from '../store.ts'
import { Problem } from '../../../contract/problem.ts'

interface SettingsOptions {
  api: Pick<
    SettingsApi,
    'sessions' | 'endSession' | 'changePassword' | 'passkeys' | 'addPasskey' | 'removePasskey'
  >
  accountApi: Pick<AccountApi, 'methods'>
  me: Me
  /** The session is over. */
  close: () => void
}

/** What is known about the person. */
export interface Shown {
  methods: Methods
  sessions: OpenSession[]
  /** Undefined: this person has none, or this browser. */
  passkeys: OwnPasskey[] | undefined
}

/** What waits until the person has signed in again. */
interface Waiting {
  action: () => Promise<void>
  done: string
}

/** A person's own account: where they are signed in, their password and their passkeys. One thing is done at a time. */
export class SettingsState extends Store {
  readonly me: Me
  readonly #options: SettingsOptions
  #shown: Shown | undefined
  #busy = false
  #error = ''
  #done = ''
  #waiting: Waiting | undefined

  constructor(options: SettingsOptions) {
    super()
    this.me = options.me
    this.#options = options
    void this.#do(async () => {}, '')
  }

  get shown(): Shown | undefined {
    return this.#shown
  }

  get busy(): boolean {
    return this.#busy
  }

  get error(): string {
    return this.#error
  }

  get done(): string {
    return this.#done
  }

  /** Whether the sign-in is too long ago for what was asked. */
  get asksAgain(): boolean {
    return this.#waiting !== undefined
  }

  /** The provider that vouched for the person; null without one. */
  get provider(): string | null {
    return this.#shown?.sessions.find(({ current }) => current)?.provider ?? null
  }

  /** Whether the person has a password here: no guest, and nobody of a provider. */
  get isLocal(): boolean {
    return this.me.principal.startsWith('user:') && this.provider === null
  }

  endSession(id: string): void {
    void this.#do(() => this.#options.api.endSession(id), 'The session has ended.')
  }

  addPasskey(): void {
    void this.#do(() => this.#options.api.addPasskey(), 'The passkey is added.')
  }

  removePasskey(id: string): void {
    void this.#do(() => this.#options.api.removePasskey(id), 'The passkey is removed.')
  }

  /** Rejects if the old password is wrong, or the new one will not do. */
  async changePassword(password: string, newPassword: string): Promise<void> {
    await this.#options.api.changePassword(password, newPassword)
    await this.#do(async () => {}, 'Your password is changed.')
  }

  fail(error: unknown): void {
    this.#error = settingsErrorText(error)
    this.changed()
  }

  /** Somebody has signed in again; a passkey may be another person's. */
  goOn({ principal }: Me): void {
    const waiting = this.#waiting
    if (principal === this.me.principal && waiting !== undefined) {
      void this.#do(waiting.action, waiting.done)
    } else this.#options.close()
  }

  async #do(action: () => Promise<void>, done: string): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#error = ''
    this.#done = ''
    this.#waiting = undefined
    this.changed()
    try {
      await action()
      this.#shown = await this.#read()
      this.#done = done
    } catch (error) {
      if (error instanceof Problem && error.type === 'unauthenticated') this.#askAgain(action, done)
      else this.#error = settingsErrorText(error)
    }
    this.#busy = false
    this.changed()
  }

  async #read(): Promise<Shown> {
    const { api, accountApi } = this.#options
    const [methods, sessions] = await Promise.all([accountApi.methods(), api.sessions()])
    this.#shown = { methods, sessions, passkeys: undefined }
    const passkeys = methods.passkeys && this.isLocal ? await api.passkeys() : undefined
    return { methods, sessions, passkeys }
  }

  /** Nothing was shown: so it is the session that is over, which the chat finds out too. A guest cannot come back as the same. */
  #askAgain(action: () => Promise<void>, done: string): void {
    if (this.#shown === undefined || !this.me.principal.startsWith('user:')) this.#options.close()
    else this.#waiting = { action, done }
  }
}
