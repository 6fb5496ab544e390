import { join } from 'node:path'
import { waitForHttp } from '../probes.ts'
import { ROOT } from '../root.ts'
import { type ServerSpec, serverEnv, serverSpec } from '../server.ts'

export interface IdentityProviderServerOptions {
  port: number
  /** As OpenID Connect Dynamic Client Registration writes them: `client_id`, `redirect_uris` and so on. */
  clients: readonly Readonly<Record<string, unknown>>[]
}

/** The provider as a process of its own. It has new keys whenever it starts, and forgets all sessions. `url` is its issuer. */
export function identityProvider({ port, clients }: IdentityProviderServerOptions): ServerSpec {
  const url = `http://127.0.0.1:${port}`
  return serverSpec('identity-provider', {
    url,
    command: {
      command: process.execPath,
      args: ['--enable-source-maps', join(ROOT, 'dist/stack/identityProvider/main.js')],
    },
    // It finds oidc-provider from the repository's folder.
    cwd: ROOT,
    env: { ...serverEnv(), PORT: String(port), CLIENTS: JSON.stringify(clients) },
    probe: () => waitForHttp(`${url}/.well-known/openid-configuration`, 200),
  })
}
