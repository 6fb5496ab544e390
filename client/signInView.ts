import type { Methods } from './accountApi.ts'
import { byId, element } from './element.ts'
import { errorText } from './labels.ts'
import type { PageHash } from './pageHash.ts'
import {
  type SignInOptions,
  guestForm,
  invitationForm,
  loginForm,
  passkeyForm,
} from './signInForms.ts'
import { SIGNED_OUT_TEXT, providerFailureText } from './signInLabels.ts'

/** What led to the page. */
export interface SignInReason {
  why: keyof typeof SIGNED_OUT_TEXT
  hash: PageHash
  /** Where a provider leads back to: the path of an address, with its hash. */
  path: string
  /** For somebody who is signed in and may go back: their name. */
  stay?: string
}

/** The page on which people sign in, with the ways that this Causeway offers. */
export class SignInView {
  readonly #options: SignInOptions
  readonly #root = byId('sign-in', HTMLElement)
  #shown: SignInReason | undefined

  constructor(options: SignInOptions) {
    this.#options = options
  }

  async show(reason: SignInReason): Promise<void> {
    const { hash } = reason
    this.#shown = reason
    if (hash.is === 'invitation') {
      const form = invitationForm(this.#options, hash.code)
      this.#draw('You are invited', '', [form, ...stay(reason)])
      return
    }
    this.#draw('Sign in', '', [])
    try {
      const methods = await this.#options.api.methods()
      if (this.#shown !== reason) return
      this.#draw('Sign in', notice(reason), this.#ways(methods, reason.path))
    } catch (error) {
      if (this.#shown !== reason) return
      const again = element('button', 'main-button', 'Try again')
      again.addEventListener('click', () => void this.show(reason))
      this.#draw('Sign in', errorText(error), [again])
    }
  }

  hide(): void {
    this.#shown = undefined
    this.#root.hidden = true
    // A password must not stay in the page.
    this.#root.replaceChildren()
  }

  #draw(title: string, text: string, content: HTMLElement[]): void {
    const mark = element('img', 'mark')
    mark.src = 'client/icon.svg'
    mark.alt = ''
    const words = element('p', 'notice', text)
    words.setAttribute('role', 'alert')
    const card = element('div', 'card', mark, element('h1', '', title), words, ...content)
    this.#root.replaceChildren(card)
    this.#root.hidden = false
    document.title = `${title} · Causeway`
    this.#root.querySelector<HTMLElement>('a, input, button')?.focus()
  }

  #ways({ providers, local, passkeys, guests }: Methods, path: string): HTMLElement[] {
    const { api } = this.#options
    const links = providers.map(({ id, name }) => {
      const link = element('a', 'provider', `Continue with ${name}`)
      link.href = api.providerUrl(id, path)
      return link
    })
    const ways = [
      ...(links.length > 0 ? [element('div', 'providers', ...links)] : []),
      ...(local ? [loginForm(this.#options)] : []),
      ...(passkeys ? [passkeyForm(this.#options)] : []),
      ...(guests ? [guestForm(this.#options)] : []),
    ]
    if (ways.length === 0) {
      return [element('p', '', 'There is no way to sign in yet. Ask your administrator.')]
    }
    return ways.flatMap((way, at) => (at === 0 ? [way] : [element('p', 'or', 'or'), way]))
  }
}

function notice({ why, hash }: SignInReason): string {
  return hash.is === 'sign-in-error'
    ? providerFailureText(hash.failure, hash.request)
    : SIGNED_OUT_TEXT[why]
}

function stay({ stay: name }: SignInReason): HTMLElement[] {
  if (name === undefined) return []
  const link = element('a', 'stay', `Stay signed in as ${name}`)
  link.href = '#/'
  return [link]
}
