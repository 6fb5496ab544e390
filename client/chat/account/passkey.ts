/** Whether this browser has passkeys, and does their JSON by itself. It has none on a page that came by plain http. */
export function hasPasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    'parseCreationOptionsFromJSON' in PublicKeyCredential
  )
}

/** Makes a passkey by what account asked for. Rejects with a DOMException if the person, or their device, does not. */
export async function makePasskey(asked: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked)
  return asJson(await navigator.credentials.create({ publicKey }))
}

/** Signs with the passkey that the person chooses. Rejects like `makePasskey`. */
export async function signByPasskey(
  asked: PublicKeyCredentialRequestOptionsJSON,
): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked)
  return asJson(await navigator.credentials.get({ publicKey }))
}

function asJson(credential: Credential | null): unknown {
  if (credential instanceof PublicKeyCredential) return credential.toJSON()
  throw new DOMException('The browser gave no passkey', 'NotAllowedError')
}
