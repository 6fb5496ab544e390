import type { RequestHandler } from 'express'
import { FORM_TYPE, createReadBody } from '../../chassis/body.ts'
import { Problem } from '../../contract/problem.ts'
import type { ExternalSignIn } from '../externalSignIn.ts'
import { NotALogoutToken, readLogoutToken } from './logoutToken.ts'
import type { Provider } from './provider.ts'
import { toSignInError } from './signInError.ts'
import type { UsedLogoutTokens } from './usedLogoutTokens.ts'

export interface BackchannelOptions {
  used: Pick<UsedLogoutTokens, 'has' | 'add'>
  signIns: Pick<ExternalSignIn, 'end'>
}

/** The largest token has some kilobytes. */
const BODY_LIMITS = { maxBytes: 16_384, maxReadingBytes: 1_048_576 }

/**
 * `POST /account/backchannel/{provider}`: the provider's own server says that a session there is over (OpenID Connect Back-Channel
 * Logout 1.0). 200 if no session of it is left here, 400 if the token does not prove it, 503 if the provider should try again.
 */
export function createBackchannelLogout(
  provider: Provider,
  { used, signIns }: BackchannelOptions,
): RequestHandler {
  const readBody = createReadBody(BODY_LIMITS, FORM_TYPE)
  return async (request, response) => {
    const body = Buffer.from(await readBody(request)).toString('utf8')
    const token = new URLSearchParams(body).get('logout_token')
    if (token === null) throw refused('logout_token is missing')
    const logout = await read(provider, token)
    if (await used.has(logout)) throw refused('this logout token was used before')
    const { subject, sid } = logout
    const ended = await signIns.end({ provider: provider.settings.id, subject, sid })
    // Afterwards: when the database fails in between, the provider may send the same token again.
    await used.add(logout)
    request.log.info(
      { provider: provider.settings.id, sessions: ended },
      'signed out by the provider',
    )
    response.status(200).end()
  }
}

async function read(provider: Provider, token: string) {
  try {
    return await readLogoutToken(provider, token)
  } catch (error) {
    if (error instanceof NotALogoutToken) throw refused(error.message)
    const { failure } = toSignInError(error)
    if (failure === 'provider-away') throw new Problem('unavailable', undefined, { cause: error })
    throw refused('the logout token is not valid')
  }
}

function refused(detail: string): Problem {
  return new Problem('invalid-parameter', detail)
}
