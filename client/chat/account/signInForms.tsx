import type { AccountApi, Me } from './accountApi.ts'
import { type Field, Form } from './Form.tsx'
import { type SignInForm, signInErrorText } from './signInLabels.ts'
import { cleanSenderName } from '../../../contract/sender.ts'

export interface SignInOptions {
  api: Pick<AccountApi, 'methods' | 'login' | 'passkey' | 'accept' | 'guest' | 'providerUrl'>
  /** Somebody has signed in. */
  enter: (me: Me) => void
}

const NAME: Field = { name: 'name', label: 'Name', type: 'text', autocomplete: 'username' }

const LOGIN: Field[] = [
  NAME,
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
]

const INVITATION: Field[] = [
  {
    name: 'displayName',
    label: 'Display name',
    type: 'text',
    autocomplete: 'name',
    hint: 'What others read beside your messages.',
  },
  { ...NAME, hint: 'You sign in with it: letters and digits, with _ or - between them.' },
  {
    name: 'password',
    label: 'Password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'A long one is a good one: at least 8 characters.',
  },
]

const GUEST: Field[] = [
  { name: 'name', label: 'Your name', type: 'text', autocomplete: 'nickname' },
]

export function LoginForm({ api, enter }: SignInOptions) {
  const send = async ({ name = '', password = '' }: Record<string, string>) =>
    enter(await api.login(name.trim(), password))
  return <SignInFormView kind="login" fields={LOGIN} submit="Sign in" send={send} />
}

/** Asks for nothing: the browser asks which passkey it may use. */
export function PasskeyForm({ api, enter }: SignInOptions) {
  const send = async () => enter(await api.passkey())
  return <SignInFormView kind="passkey" fields={[]} submit="Sign in with a passkey" send={send} />
}

export function InvitationForm({ api, enter, code }: SignInOptions & { code: string }) {
  const send = async ({ name = '', password = '', displayName = '' }: Record<string, string>) => {
    const account = { name: name.trim(), password, displayName: cleanSenderName(displayName) }
    enter(await api.accept(code, account))
  }
  return (
    <SignInFormView kind="invitation" fields={INVITATION} submit="Make my account" send={send} />
  )
}

export function GuestForm({ api, enter }: SignInOptions) {
  const send = async ({ name = '' }: Record<string, string>) =>
    enter(await api.guest(cleanSenderName(name)))
  return <SignInFormView kind="guest" fields={GUEST} submit="Continue as a guest" send={send} />
}

interface SignInFormViewProps {
  kind: SignInForm
  fields: Field[]
  submit: string
  send: (values: Record<string, string>) => Promise<void>
}

function SignInFormView({ kind, fields, submit, send }: SignInFormViewProps) {
  const labels = Object.fromEntries(fields.map(({ name, label }) => [name, label]))
  const errorText = (error: unknown) => signInErrorText(error, kind, labels)
  return <Form id={`${kind}-form`} {...{ fields, submit, send, errorText }} />
}
