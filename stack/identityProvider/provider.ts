import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair } from 'jose'
import { type Context, Provider } from 'oidc-provider'
import { messagePage, signInPage, signOutPage } from './pages.ts'
import type { Person } from './people.ts'

export interface IdentityProviderOptions {
  issuer: string
  /** As OpenID Connect Dynamic Client Registration writes them: `client_id`, `redirect_uris` and so on. */
  clients: readonly Readonly<Record<string, unknown>>[]
  people: readonly Person[]
}

/** An identity provider for development: oidc-provider with new keys, and nothing that lasts longer than its process. */
export async function createIdentityProvider(
  options: IdentityProviderOptions,
): Promise<RequestListener> {
  const provider = await createProvider(options)
  const rest = provider.callback()
  return (request, response) => {
    if (request.url?.startsWith(SIGN_IN) !== true) return rest(request, response)
    signIn(provider, options.people, request, response).catch((error: unknown) => {
      html(response, 400, messagePage('Error', String(error)))
    })
  }
}

const SIGN_IN = '/sign-in/'
const SCOPES = 'openid profile groups'
/** Seconds. */
const HOUR = 3_600

async function signIn(
  provider: Provider,
  people: readonly Person[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'POST') return html(response, 200, signInPage(people, ''))
  const form = new URLSearchParams(await text(request))
  if (form.has('cancel')) {
    const denied = { error: 'access_denied', error_description: 'the person cancelled' }
    return provider.interactionFinished(request, response, denied)
  }
  const person = people.find(({ login }) => login === form.get('login'))
  if (person === undefined || person.password !== form.get('password')) {
    return html(response, 200, signInPage(people, 'This name and password do not fit.'))
  }
  return provider.interactionFinished(request, response, { login: { accountId: person.login } })
}

function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body)
}

/** An own page in place of one of oidc-provider. */
function show(context: Context, body: string): void {
  context.type = 'html'
  context.body = body
}

interface Failure {
  error: string
  error_description?: string
}

async function createProvider(options: IdentityProviderOptions): Promise<Provider> {
  const { issuer, clients, people } = options
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = {
    ...(await exportJWK(privateKey)),
    kid: randomBytes(8).toString('hex'),
    alg: 'RS256',
  }
  const provider = new Provider(issuer, {
    clients,
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    findAccount: (_context: Context, id: string) => {
      const person = people.find(({ login }) => login === id)
      if (person === undefined) return undefined
      const claims = () => ({ sub: id, name: person.name, groups: person.groups })
      return { accountId: id, claims }
    },
    // Nobody is asked whether Causeway may know their name.
    loadExistingGrant: async ({ oidc }: Context) => {
      const clientId = oidc.client?.clientId
      const accountId = oidc.session?.accountId
      if (clientId === undefined || accountId === undefined) return undefined
      const grant = new provider.Grant({ clientId, accountId })
      grant.addOIDCScope(SCOPES)
      await grant.save()
      return grant
    },
    interactions: { url: (_context: Context, { uid }: { uid: string }) => `${SIGN_IN}${uid}` },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: Context, form: string) => show(context, signOutPage(form)),
        postLogoutSuccessSource: (context: Context) =>
          show(context, messagePage('Signed out', 'You are signed out.')),
      },
    },
    renderError: (context: Context, { error, error_description: why = '' }: Failure) =>
      show(context, messagePage('Error', `${error} ${why}`)),
    ttl: {
      AccessToken: 600,
      IdToken: 600,
      Interaction: HOUR,
      Grant: 24 * HOUR,
      Session: 24 * HOUR,
    },
    // Its own refuses loopback addresses, and everything here is on one.
    fetch: (url: string, init: RequestInit) => {
      delete init.dispatcher
      return fetch(url, init)
    },
  })
  return provider
}
