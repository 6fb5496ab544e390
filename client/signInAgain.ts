import type { AccountApi, Me, Methods } from './accountApi.ts'
import { element } from './element.ts'
import { formView } from './formView.ts'
import { passkeyForm, type SignInOptions } from './signInForms.ts'
import { signInErrorText } from './signInLabels.ts'

interface SignInAgainOptions extends SignInOptions {
  api: Pick<AccountApi, 'login' | 'providerUrl'> & SignInOptions['api']
  me: Me
  methods: Methods
  /** The provider that vouched for the person; null without one. */
  provider: string | null
  /** Where a provider leads back to. */
  path: string
}

/** Asks somebody who signed in too long ago to show that it is still them. */
export function signInAgain(options: SignInAgainOptions): HTMLElement {
  const words = element('p', '', 'You signed in some time ago. For this, sign in again.')
  return element('section', 'again', element('h3', '', 'Is it you?'), words, ...ways(options))
}

function ways(options: SignInAgainOptions): HTMLElement[] {
  const { api, enter, me, methods, provider, path } = options
  if (provider !== null) {
    const name = methods.providers.find(({ id }) => id === provider)?.name ?? provider
    const link = element('a', 'provider', `Continue with ${name}`)
    link.href = api.providerUrl(provider, path)
    return [link]
  }
  const name = me.principal.slice('user:'.length)
  const password = formView({
    fields: [
      {
        name: 'again',
        label: 'Password',
        type: 'password',
        autocomplete: 'current-password',
      },
    ],
    submit: 'Sign in again',
    send: async ({ again = '' }) => enter(await api.login(name, again)),
    errorText: (error) => signInErrorText(error, 'login', {}),
  })
  return methods.passkeys ? [password, passkeyForm({ api, enter })] : [password]
}
