import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Dialog } from '../Dialog.tsx'
import type { Session } from '../session.ts'
import { useStores } from '../store.ts'
import { Form, type Field } from './Form.tsx'
import { OwnList, PasskeyRow, SessionRow } from './OwnList.tsx'
import { SettingsApi } from './settingsApi.ts'
import { SettingsState } from './settings.ts'
import { passwordErrorText } from './settingsLabels.ts'
import { SignInAgain } from './SignInAgain.tsx'

interface SettingsProps {
  session: Session
  close: () => void
}

const PASSWORD: Field[] = [
  { name: 'password', label: 'Old password', type: 'password', autocomplete: 'current-password' },
  {
    name: 'newPassword',
    label: 'New password',
    type: 'password',
    autocomplete: 'new-password',
    hint: 'A long one is a good one: at least 8 characters. It signs you out everywhere else.',
  },
]

/** The dialog in which people see where they are signed in, and change their password and passkeys. */
export function Settings({ session, close }: SettingsProps) {
  const { state } = session.account
  const me = state.is === 'signed-in' ? state.me : undefined
  const [settings] = useState(() => {
    const api = new SettingsApi(session.base)
    return me && new SettingsState({ api, accountApi: session.accountApi, me, close })
  })
  useStores(settings)
  const error = settings?.error ?? ''
  const done = settings?.done ?? ''
  // Both places are at the top, and the button that was pressed may be far below, or gone.
  useEffect(() => {
    const dialog = document.getElementById('settings')
    if (error + done !== '') dialog?.scrollTo({ top: 0 })
    if (done !== '' && dialog?.contains(document.activeElement) !== true) dialog?.focus()
  }, [error, done])
  if (settings === undefined) return null
  return (
    <Dialog title="Your account" id="settings" close={close} busy={settings.busy}>
      <p class="settings-name">
        <bdi>{settings.me.name}</bdi> <bdi class="quiet">{settings.me.principal}</bdi>
      </p>
      <p class="error" role="alert">
        {error}
      </p>
      <p class="settings-status" role="status">
        {done}
      </p>
      {settings.asksAgain && <SignInAgain session={session} settings={settings} />}
      <Parts session={session} settings={settings} />
    </Dialog>
  )
}

function Parts({ session, settings }: { session: Session; settings: SettingsState }) {
  const { shown, isLocal } = settings
  if (shown === undefined) return null
  const { sessions, passkeys } = shown
  const now = new Date()
  const change = ({ password = '', newPassword = '' }: Record<string, string>) =>
    settings.changePassword(password, newPassword)
  return (
    <>
      <Part title="Where you are signed in">
        <OwnList name="Sessions">
          {sessions.map((each) => (
            <SessionRow
              key={each.id}
              session={each}
              now={now}
              end={() => settings.endSession(each.id)}
            />
          ))}
        </OwnList>
        <SignOutThere session={session} settings={settings} />
      </Part>
      {isLocal && (
        <Part title="Password">
          <Form
            // An accepted form is emptied.
            key={settings.done}
            id="password-form"
            fields={PASSWORD}
            submit="Change the password"
            send={change}
            errorText={passwordErrorText}
          />
        </Part>
      )}
      {passkeys !== undefined && (
        <Part title="Passkeys">
          <p class="hint">
            Your device, or a security key, signs you in: without a name or a password.
          </p>
          <OwnList name="Passkeys">
            {passkeys.map((each) => (
              <PasskeyRow
                key={each.id}
                passkey={each}
                now={now}
                remove={() => settings.removePasskey(each.id)}
              />
            ))}
          </OwnList>
          <button type="button" class="main-button" onClick={() => settings.addPasskey()}>
            Add a passkey
          </button>
        </Part>
      )}
    </>
  )
}

function SignOutThere({ session, settings }: { session: Session; settings: SettingsState }) {
  const { provider, shown } = settings
  if (provider === null) return null
  const name = shown?.methods.providers.find(({ id }) => id === provider)?.name ?? provider
  const leave = () => {
    session.account.leave(false).then(
      () => location.assign(session.accountApi.providerSignOutUrl(provider)),
      (error: unknown) => settings.fail(error),
    )
  }
  return (
    <button type="button" class="main-button" onClick={leave}>
      Sign out here and at {name}
    </button>
  )
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}
