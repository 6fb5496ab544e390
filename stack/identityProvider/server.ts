import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { waitForHttp } from '../probes.ts'
import { ROOT } from '../root.ts'
import { type ServerSpec, serverEnv, serverSpec } from '../server.ts'

type Fields = Readonly<Record<string, unknown>>

interface IdentityProviderOptions {
  port: number
  /** As OpenID Connect Dynamic Client Registration writes them: `client_id`, `redirect_uris` and so on. */
  clients: readonly Fields[]
  /** A file with the authority of the clients' certificates, if they use one of their own. */
  authority?: string | undefined
}

/** The provider as a process of its own. It has new keys whenever it starts, and forgets all sessions. `url` is its issuer. */
export function identityProvider({
  port,
  clients,
  authority,
}: IdentityProviderOptions): ServerSpec {
  const url = `http://127.0.0.1:${port}`
  return serverSpec('identity-provider', {
    url,
    command: {
      command: process.execPath,
      args: ['--enable-source-maps', join(ROOT, 'dist/stack/identityProvider/main.js')],
    },
    // It finds oidc-provider from the repository's folder.
    cwd: ROOT,
    env: {
      ...serverEnv(),
      PORT: String(port),
      CLIENTS: JSON.stringify(clients),
      // It calls account when somebody signs out.
      ...(authority !== undefined && { NODE_EXTRA_CA_CERTS: authority }),
    },
    probe: () => waitForHttp(`${url}/.well-known/openid-configuration`, 200),
  })
}

/**
 * The provider as `npm start -- --oidc` connects it to `account` at this origin: its process, and its entry in PROVIDERS. Its people
 * are in the groups that it names.
 */
export function developmentProvider({
  origin,
  ...own
}: Omit<IdentityProviderOptions, 'clients'> & { origin: string }): {
  server: ServerSpec
  settings: Fields
} {
  const [id, clientId, clientSecret] = ['dev', 'causeway', randomBytes(32).toString('base64url')]
  const client = {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [`${origin}/account/callback/${id}`],
    post_logout_redirect_uris: [`${origin}/`],
    backchannel_logout_uri: `${origin}/account/backchannel/${id}`,
    backchannel_logout_session_required: true,
  }
  const server = identityProvider({ ...own, clients: [client] })
  const scopes = ['openid', 'profile', 'groups']
  const name = 'the development provider'
  const settings = { id, name, issuer: server.url, clientId, clientSecret, scopes }
  return { server, settings: { ...settings, groupsClaim: 'groups' } }
}
