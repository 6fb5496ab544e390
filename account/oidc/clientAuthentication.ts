import { importJWK } from 'jose'
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  None,
  PrivateKeyJwt,
} from 'openid-client'
import type { ProviderSettings } from './providerSettings.ts'

/** How account proves itself at the provider's token endpoint. */
export async function clientAuthentication(settings: ProviderSettings): Promise<ClientAuth> {
  const { clientAuthentication: method, clientSecret, clientKey } = settings
  if (clientKey !== undefined) {
    const key = await importJWK(clientKey)
    if (key instanceof Uint8Array) throw new TypeError('clientKey is a secret, not a private key')
    return PrivateKeyJwt(clientKey.kid === undefined ? key : { key, kid: clientKey.kid })
  }
  if (clientSecret === undefined) return None()
  return method === 'post' ? ClientSecretPost(clientSecret) : ClientSecretBasic(clientSecret)
}
