import type { Credential } from '../../chassis/description/operation.ts'
import { cookieNames } from '../../chassis/auth/credentials.ts'
import type { Json } from '../schemas.ts'

const { access, session } = cookieNames(true)
const PLAIN = 'Without TLS the name has no `__Host-`.'

export const securitySchemes: Json = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token, a JWT of the type `at+jwt`.',
  },
  tokenCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: access,
    description: `The access token as the cookie that a sign-in sets. ${PLAIN}`,
  },
  sessionCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: session,
    description: `The cookie of a session. ${PLAIN}`,
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `cw_…`, of a service or a device.',
  },
}

/** One of them is enough. */
export const SECURITY: Readonly<Record<Credential, Json[]>> = {
  token: [{ token: [] }, { tokenCookie: [] }],
  session: [{ sessionCookie: [] }],
  admin: [{ token: [] }, { sessionCookie: [] }],
  key: [{ apiKey: [] }],
  none: [],
}
