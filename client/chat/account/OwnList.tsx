import type { ComponentChildren } from 'preact'
import { deviceName } from './device.ts'
import type { OpenSession, OwnPasskey } from './settingsApi.ts'
import { passkeyText, sessionText } from './settingsLabels.ts'

/** What a person has, each with what can be done about it. */
export function OwnList({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <ul class="own-list" aria-label={name}>
      {children}
    </ul>
  )
}

interface SessionRowProps {
  session: OpenSession
  now: Date
  end: () => void
}

/** A browser in which the person is signed in. */
export function SessionRow({ session, now, end }: SessionRowProps) {
  const name = deviceName(session.userAgent)
  return (
    <OwnRow name={name} text={sessionText(session, now)}>
      {session.current ? (
        <span class="own-mark">This one</span>
      ) : (
        <button type="button" class="small-button" aria-label={`End ${name}`} onClick={end}>
          End
        </button>
      )}
    </OwnRow>
  )
}

interface PasskeyRowProps {
  passkey: OwnPasskey
  now: Date
  remove: () => void
}

export function PasskeyRow({ passkey, now, remove }: PasskeyRowProps) {
  const name = deviceName(passkey.userAgent)
  return (
    <OwnRow name={name} text={passkeyText(passkey, now)}>
      <button type="button" class="small-button" aria-label={`Remove ${name}`} onClick={remove}>
        Remove
      </button>
    </OwnRow>
  )
}

interface OwnRowProps {
  name: string
  text: string
  children: ComponentChildren
}

function OwnRow({ name, text, children }: OwnRowProps) {
  return (
    <li>
      <div class="own-text">
        <strong>{name}</strong>
        <span>{text}</span>
      </div>
      {children}
    </li>
  )
}
