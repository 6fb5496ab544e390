import type { AccountApi, Me } from './accountApi.ts'
import { type Field, formView } from './formView.ts'
import { type SignInForm, signInErrorText } from './signInLabels.ts'
import { cleanSenderName } from '../contract/sender.ts'

export interface SignInOptions {
  api: Pick<AccountApi, 'methods' | 'login' | 'passkey' | 'accept' | 'guest' | 'providerUrl'>
  /** Somebody has signed in. */
  enter: (me: Me) => void
}

const NAME: Field = { name: 'name', label: 'Name', type: 'text', autocomplete: 'username' }

const DISPLAY_NAME: Field = {
  name: 'displayName',
  label: 'Display name',
  type: 'text',
  autocomplete: 'name',
  hint: 'What others read beside your messages.',
}

export function loginForm({ api, enter }: SignInOptions): HTMLFormElement {
  const fields: Field[] = [
    NAME,
    { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
  ]
  return form('login', fields, 'Sign in', async ({ name = '', password = '' }) =>
    enter(await api.login(name.trim(), password)),
  )
}

/** Asks for nothing: the browser asks which passkey it may use. */
export function passkeyForm({ api, enter }: SignInOptions): HTMLFormElement {
  return form('passkey', [], 'Sign in with a passkey', async () => enter(await api.passkey()))
}

export function invitationForm({ api, enter }: SignInOptions, code: string): HTMLFormElement {
  const fields: Field[] = [
    DISPLAY_NAME,
    { ...NAME, hint: 'You sign in with it: letters and digits, with _ or - between them.' },
    {
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'new-password',
      hint: 'A long one is a good one: at least 8 characters.',
    },
  ]
  return form('invitation', fields, 'Make my account', async (values) => {
    const { name = '', password = '', displayName = '' } = values
    const account = { name: name.trim(), password, displayName: cleanSenderName(displayName) }
    enter(await api.accept(code, account))
  })
}

export function guestForm({ api, enter }: SignInOptions): HTMLFormElement {
  const fields: Field[] = [
    { name: 'name', label: 'Your name', type: 'text', autocomplete: 'nickname' },
  ]
  return form('guest', fields, 'Continue as a guest', async ({ name = '' }) =>
    enter(await api.guest(cleanSenderName(name))),
  )
}

function form(
  kind: SignInForm,
  fields: Field[],
  submit: string,
  send: (values: Record<string, string>) => Promise<void>,
): HTMLFormElement {
  const labels = Object.fromEntries(fields.map(({ name, label }) => [name, label]))
  const errorText = (error: unknown): string => signInErrorText(error, kind, labels)
  const view = formView({ fields, submit, send, errorText })
  view.id = `${kind}-form`
  return view
}
