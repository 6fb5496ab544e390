import type { Me } from './accountApi.ts'
import { byId, element } from './element.ts'
import { errorText } from './labels.ts'

/** Who is signed in, in the header, with the menu to their settings and to sign out. */
export class AccountView {
  readonly #button = byId('account', HTMLButtonElement)
  readonly #menu = byId('account-menu', HTMLElement)
  readonly #error = byId('account-error', HTMLElement)

  /** `leave` signs out, here or everywhere; rejects if that is not certain. `settings` shows the rest of the account. */
  constructor(leave: (everywhere: boolean) => Promise<void>, settings: () => void) {
    const listen = (id: string, everywhere: boolean) =>
      byId(id, HTMLButtonElement).addEventListener('click', () => {
        this.#error.textContent = ''
        leave(everywhere).catch((error: unknown) => {
          this.#error.textContent = `You are not signed out. ${errorText(error)}`
        })
      })
    byId('account-settings', HTMLButtonElement).addEventListener('click', () => {
      this.#menu.hidePopover()
      settings()
    })
    listen('sign-out', false)
    listen('sign-out-everywhere', true)
  }

  /** Undefined: nobody is signed in. */
  show(me: Me | undefined): void {
    this.#button.hidden = me === undefined
    this.#error.textContent = ''
    // Closed before its button goes, which would else keep it open.
    if (me === undefined) this.#menu.hidePopover()
    const { name = '', principal = '' } = me ?? {}
    byId('account-name', HTMLElement).textContent = name
    byId('account-principal', HTMLElement).replaceChildren(element('bdi', '', principal))
  }
}
