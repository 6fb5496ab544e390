import { join } from 'node:path'
import { secret } from './secret.ts'

export type AuthMode = 'open' | 'required'

/** Signed-in people may chat everywhere, guests in the lobby. */
const DEFAULT_GRANTS = 'user:* read,write **; guest:* read,write lobby'

/** The environment of account, by which people reach it at `origin`. Its own variables win, so that anyone can try them out. */
export function accountAuth(dir: string, origin: string): NodeJS.ProcessEnv {
  return {
    PUBLIC_ORIGIN: origin,
    ACCOUNT_KEY: secret(join(dir, 'account-key')),
    SECURE_COOKIES: String(isSecure(origin)),
    GUESTS: process.env.GUESTS ?? 'true',
    DEFAULT_GRANTS: process.env.DEFAULT_GRANTS ?? DEFAULT_GRANTS,
  }
}

/** The environment of the services that verify tokens: those of account, which listens on a port of this machine. */
export function verifierAuth(auth: AuthMode, origin: string, port = 0): NodeJS.ProcessEnv {
  const jwks = `http://127.0.0.1:${port}/account/jwks.json`
  const kinds = ['user', 'service', 'device', 'guest']
  const issuers = [{ issuer: `${origin}/account`, jwks, kinds }]
  return {
    AUTH: auth,
    SECURE_COOKIES: String(isSecure(origin)),
    // Without an issuer nobody could have a token.
    ...(auth === 'required' && { ISSUERS: JSON.stringify(issuers) }),
  }
}

function isSecure(origin: string): boolean {
  return origin.startsWith('https:')
}
