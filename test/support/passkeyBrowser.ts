import { accept, type AccountServer } from './accountServer.ts'
import { type Asked, type Lies, SoftAuthenticator } from './softAuthenticator.ts'
import type { Answer, TestBrowser } from './testBrowser.ts'

/** The PUBLIC_ORIGIN of `accountServer`. */
export const ORIGIN = 'http://chat.example'

/** What account asks for a new passkey, or for a sign-in. */
export async function asked(who: TestBrowser, path: string): Promise<Asked> {
  const { status, body } = await who.post(`/account/passkeys/${path}`, {})
  const { challenge } = body
  if (status !== 200 || typeof challenge !== 'string') throw new Error(`refused: ${status}`)
  return { ...body, challenge }
}

/** Adds a passkey. */
export async function add(
  who: TestBrowser,
  authenticator: SoftAuthenticator,
  lies: Lies = {},
): Promise<Answer> {
  return who.post('/account/passkeys', authenticator.create(await asked(who, 'options'), lies))
}

/** Signs in with a passkey. */
export async function signIn(
  who: TestBrowser,
  authenticator: SoftAuthenticator,
  lies: Lies = {},
): Promise<Answer> {
  const options = await asked(who, 'sign-in/options')
  return who.post('/account/passkeys/sign-in', authenticator.get(options, lies))
}

/** A person who has just signed in, with one passkey. */
export async function personWithPasskey(
  server: AccountServer,
  name: string,
  { counts = true } = {},
) {
  const who = server.browser()
  const invitation = { groups: ['staff'], admin: false }
  await accept(who, await server.account.invitations.create(invitation), name)
  const authenticator = new SoftAuthenticator(ORIGIN, { counts })
  const { status, body } = await add(who, authenticator)
  if (status !== 201) throw new Error(`no passkey: ${status} ${JSON.stringify(body)}`)
  return { who, authenticator, id: String(body['id']) }
}
