import { useRef, useState } from 'preact/hooks'
import { Avatar } from '../Avatar.tsx'
import { isComposing } from '../composer/growing.ts'
import { errorText } from '../labels.ts'
import type { Session } from '../session.ts'
import { MAX_SENDER_NAME } from '../../../contract/sender.ts'

interface AccountMenuProps {
  session: Session
  settings: () => void
}

/** Who uses the page: with the menu to their settings and to sign out, or the name that they choose. */
export function AccountMenu({ session, settings }: AccountMenuProps) {
  const { state } = session.account
  if (state.is !== 'signed-in') return <ClaimedName session={session} />
  const { name, principal } = state.me
  return <SignedIn session={session} {...{ name, principal, settings }} />
}

interface SignedInProps extends AccountMenuProps {
  name: string
  principal: string
}

function SignedIn({ session, name, principal, settings }: SignedInProps) {
  const menu = useRef<HTMLDivElement>(null)
  const [error, setError] = useState('')
  const leave = (everywhere: boolean) => {
    setError('')
    session.account.leave(everywhere).catch((reason: unknown) => {
      setError(`You are not signed out. ${errorText(reason)}`)
    })
  }
  return (
    <div class="account">
      <button id="account" type="button" popovertarget="account-menu">
        <Avatar sender={{ id: principal, name }} />
        <span class="visually-hidden">Account </span>
        <bdi id="account-name">{name}</bdi>
      </button>
      <div id="account-menu" ref={menu} popover="auto">
        <p id="account-principal">
          <bdi>{principal}</bdi>
        </p>
        <button
          type="button"
          onClick={() => {
            menu.current?.hidePopover()
            document.getElementById('account')?.focus()
            settings()
          }}
        >
          Settings
        </button>
        <button type="button" onClick={() => leave(false)}>
          Sign out
        </button>
        <button type="button" onClick={() => leave(true)}>
          Sign out everywhere
        </button>
        <p id="account-error" class="error" role="alert">
          {error}
        </p>
      </div>
    </div>
  )
}

/** Without accounts one writes one's name. It is taken with Enter, or when the field is left; Escape restores it. */
function ClaimedName({ session }: { session: Session }) {
  const { sender } = session
  const box = useRef<HTMLInputElement>(null)
  /** Undefined while nobody writes: then the field shows the name as it is, and no late drawing puts it over what is written. */
  const [written, write] = useState<string>()
  return (
    <label id="claimed" class="account">
      <Avatar sender={sender} />
      <span class="claimed-text">
        <span class="caption">You are</span>
        <input
          ref={box}
          id="name"
          // A character may be two units.
          maxLength={2 * MAX_SENDER_NAME}
          autocomplete="nickname"
          spellcheck={false}
          value={written ?? sender.name}
          onFocus={({ currentTarget }) => currentTarget.select()}
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onChange={({ currentTarget }) => session.rename(currentTarget.value)}
          onBlur={() => write(undefined)}
          onKeyDown={(event) => {
            if (isComposing(event)) return
            if (event.key === 'Escape') {
              event.stopPropagation()
              if (box.current !== null) box.current.value = sender.name
            }
            if (event.key === 'Escape' || event.key === 'Enter') box.current?.blur()
          }}
        />
      </span>
    </label>
  )
}
