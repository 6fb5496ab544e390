import { setTimeout as delay } from 'node:timers/promises'
import { firstAdminLink } from '../../stack/firstAdminLink.ts'
import type { Stack } from '../../stack/stack.ts'

/** The person who made that service. */
export const ADMIN = { name: 'root', password: 'seven tall ships' }

const PRINCIPAL = 'service:api-test'
const GRANT = { subject: PRINCIPAL, pattern: '**' }

/** An access token of a service that may everything, in a stack that nobody has signed in to. */
export async function adminToken(stack: Stack): Promise<string> {
  let cookie = ''
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${stack.origin}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Cookie: cookie, ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`)
    const cookies = answer.headers.getSetCookie().map((each) => each.replace(/;.*/, ''))
    if (cookies.length > 0) cookie = cookies.join('; ')
    return JSON.parse(await answer.text())
  }
  const code = new URLSearchParams(new URL(await firstAdminLink(stack)).hash.slice(1)).get('invite')
  await call('POST', '/account/invitations/accept', { code, ...ADMIN })
  const actions = ['read', 'write', 'moderate', 'admin']
  await call('PUT', `/grants?${new URLSearchParams(GRANT).toString()}`, { actions })
  const { key } = await call('POST', '/account/keys', { principal: PRINCIPAL })
  const bearer = { Authorization: `Bearer ${String(key)}` }
  const token = (await call('POST', '/account/token', undefined, bearer))['access_token']
  await untilGranted(stack, String(token))
  return String(token)
}

/** Each replica hears of a grant by itself, within a second. */
async function untilGranted({ processes }: Stack, token: string): Promise<void> {
  const asked = processes.flatMap(({ role, url }) => {
    if (role === 'ingest') return [`${url}/history?channel=probe`]
    return role === 'gateway' ? [`${url}/events?channel=probe`] : []
  })
  const headers = { Authorization: `Bearer ${token}` }
  for (const url of asked) {
    // A stream has its headers only with HEAD.
    while (!(await fetch(url, { method: 'HEAD', headers })).ok) await delay(100)
  }
}
