import { decodeAttestationObject } from '@simplewebauthn/server/helpers'

/**
 * Whether a new passkey comes without the certificates of its maker: none are asked for. With some the library would look up, at an
 * address that the sender chose, whether they were revoked. Throws if it is no attestation. Some authenticators sign with the new key
 * itself.
 */
export function isPlainAttestation(attestationObject: string): boolean {
  const bytes = Uint8Array.from(Buffer.from(attestationObject, 'base64url'))
  const attestation = decodeAttestationObject(bytes)
  const isSelf =
    attestation.get('fmt') === 'packed' && attestation.get('attStmt').get('x5c') === undefined
  return attestation.get('fmt') === 'none' || isSelf
}
