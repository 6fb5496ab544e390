import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Me } from './accountApi.ts'
import { type Field, Form } from './Form.tsx'
import type { Session } from '../session.ts'
import type { SettingsState } from './settings.ts'
import { PasskeyForm } from './signInForms.tsx'
import { signInErrorText } from './signInLabels.ts'

const AGAIN: Field[] = [
  { name: 'again', label: 'Password', type: 'password', autocomplete: 'current-password' },
]

interface SignInAgainProps {
  session: Session
  settings: SettingsState
}

/** Asks somebody who signed in too long ago to show that it is still them. */
export function SignInAgain({ session, settings }: SignInAgainProps) {
  const root = useRef<HTMLElement>(null)
  useLayoutEffect(() => root.current?.querySelector<HTMLElement>('a, input, button')?.focus(), [])
  return (
    <section class="again" ref={root}>
      <h3>Is it you?</h3>
      <p>You signed in some time ago. For this, sign in again.</p>
      <Ways session={session} settings={settings} />
    </section>
  )
}

function Ways({ session, settings }: SignInAgainProps) {
  const { accountApi: api } = session
  const { me, provider, shown } = settings
  const enter = (now: Me) => {
    session.enter(now)
    settings.goOn(now)
  }
  if (provider !== null) {
    const name = shown?.methods.providers.find(({ id }) => id === provider)?.name ?? provider
    const path = location.pathname + location.search + location.hash
    return (
      <a class="provider" href={api.providerUrl(provider, path)}>
        Continue with {name}
      </a>
    )
  }
  const name = me.principal.slice('user:'.length)
  return (
    <>
      <Form
        fields={AGAIN}
        submit="Sign in again"
        send={async ({ again = '' }) => enter(await api.login(name, again))}
        errorText={(error) => signInErrorText(error, 'login', {})}
      />
      {shown?.methods.passkeys === true && <PasskeyForm {...{ api, enter }} />}
    </>
  )
}
