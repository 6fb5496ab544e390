import { type Place, placeOfHash } from './channelHash.ts'

/** What the part of an address after `#` asks for. No channel's name has a `=`. */
export type PageHash =
  | ({ is: 'channel' } & Place)
  | { is: 'invitation'; code: string }
  /** A sign-in at a provider failed; `request` is what the operator finds in the logs. */
  | { is: 'sign-in-error'; failure: string; request: string }

export function readHash(hash: string): PageHash {
  const parameters = new URLSearchParams(hash.slice(1))
  const code = parameters.get('invite')
  if (hash.startsWith('#invite=') && code) return { is: 'invitation', code }
  const failure = parameters.get('signin-error')
  if (hash.startsWith('#signin-error=') && failure) {
    // Anybody can write such an address, so it must not be able to say more.
    const [request = ''] = /^[\w.-]{1,64}$/.exec(parameters.get('request') ?? '') ?? []
    return { is: 'sign-in-error', failure, request }
  }
  return { is: 'channel', ...placeOfHash(hash) }
}
