import { deviceName } from './device.ts'
import { element } from './element.ts'
import type { OpenSession, OwnPasskey } from './settingsApi.ts'
import { passkeyText, sessionText } from './settingsLabels.ts'

/** The browsers in which a person is signed in, with a button for each other one to end its session. */
export function sessionList(sessions: OpenSession[], end: (id: string) => void): HTMLElement {
  const now = new Date()
  return list(
    'Sessions',
    sessions.map((session) => {
      const { id, userAgent, current } = session
      const name = deviceName(userAgent)
      const action = current ? mark('This one') : button('End', `End ${name}`, () => end(id))
      return row(name, sessionText(session, now), action)
    }),
  )
}

/** A person's passkeys, with a button for each to remove it. */
export function passkeyList(passkeys: OwnPasskey[], remove: (id: string) => void): HTMLElement {
  const now = new Date()
  return list(
    'Passkeys',
    passkeys.map((passkey) => {
      const { id, userAgent } = passkey
      const name = deviceName(userAgent)
      const action = button('Remove', `Remove ${name}`, () => remove(id))
      return row(name, passkeyText(passkey, now), action)
    }),
  )
}

function list(name: string, rows: HTMLElement[]): HTMLElement {
  const all = element('ul', 'own-list', ...rows)
  all.ariaLabel = name
  return all
}

function row(name: string, text: string, action: HTMLElement): HTMLElement {
  const words = element('div', 'own-text', element('strong', '', name), element('span', '', text))
  return element('li', '', words, action)
}

function mark(text: string): HTMLElement {
  return element('span', 'own-mark', text)
}

function button(text: string, name: string, press: () => void): HTMLElement {
  const made = element('button', 'small-button', text)
  made.type = 'button'
  made.ariaLabel = name
  made.addEventListener('click', press)
  return made
}
