import { isIP } from 'node:net'
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { decodeClientDataJSON } from '@simplewebauthn/server/helpers'
import { CHALLENGE_SECONDS, type Challenges } from './challenges.ts'
import type { Assertion, NewCredential } from './credentialFields.ts'
import { isPlainAttestation } from './isPlainAttestation.ts'

export interface CeremoniesOptions {
  /** Where the page is. */
  origin: string
  /** See `relyingPartyId`. */
  id: string
  challenges: Challenges
}

/** Whom a passkey is for. */
export interface PasskeyOwner {
  /** What authenticators call the account. */
  handle: string
  /** Both are for the person to read, in the browser's list. */
  name: string
  displayName: string
}

/** A passkey, as the table knows it. */
export interface KnownKey {
  credential: string
  publicKey: string
  counter: number
}

/** Ed25519, ES256 and RS256, as COSE numbers them: what authenticators have. */
const ALGORITHMS = [-8, -7, -257]
const TIMEOUT = CHALLENGE_SECONDS * 1_000

/** What passkeys of this origin are for: its host. Undefined if it is an address, which browsers do not take. */
export function relyingPartyId(origin: string): string | undefined {
  const { hostname } = new URL(origin)
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : undefined
}

/** The two ceremonies of WebAuthn: making a passkey and signing with it. The methods that verify throw an Error if anything is wrong. */
export class Ceremonies {
  readonly #options: CeremoniesOptions

  constructor(options: CeremoniesOptions) {
    this.#options = options
  }

  /** What the browser makes a passkey by. `known`: credentials whose authenticators need no second one. */
  creationOptions(
    { handle, name, displayName }: PasskeyOwner,
    known: readonly string[],
    session: string,
  ): PublicKeyCredentialCreationOptionsJSON {
    const { id, challenges } = this.#options
    return {
      rp: { id, name: 'Causeway' },
      user: { id: handle, name, displayName },
      challenge: challenges.write('add-passkey', session),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
      excludeCredentials: known.map((each) => ({ type: 'public-key', id: each })),
      // A sign-in asks for no name: so the authenticator must know whose it is, and that it is the person who holds it.
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
      timeout: TIMEOUT,
    }
  }

  /** What the browser signs in by, with whichever passkey of this origin the person chooses. */
  requestOptions(browser: string): PublicKeyCredentialRequestOptionsJSON {
    const { id, challenges } = this.#options
    const challenge = challenges.write('use-passkey', browser)
    return { rpId: id, challenge, userVerification: 'required', timeout: TIMEOUT }
  }

  async verifyCreation(made: NewCredential, session: string): Promise<KnownKey> {
    if (!isPlainAttestation(made.response.attestationObject)) {
      throw new Error('an attestation with certificates, which was not asked for')
    }
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...this.#expected('add-passkey', session, made),
      response: { ...made, clientExtensionResults: {} },
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified) throw new Error('the attestation is not right')
    const { id, publicKey, counter } = registrationInfo.credential
    return { credential: id, publicKey: Buffer.from(publicKey).toString('base64url'), counter }
  }

  /** Resolves to the authenticator's new counter. */
  async verifyUse(used: Assertion, key: KnownKey, browser: string): Promise<number> {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...this.#expected('use-passkey', browser, used),
      response: { ...used, clientExtensionResults: {} },
      credential: {
        id: key.credential,
        publicKey: Uint8Array.from(Buffer.from(key.publicKey, 'base64url')),
        counter: key.counter,
      },
    })
    if (!verified) throw new Error('the signature is not right')
    return authenticationInfo.newCounter
  }

  #expected(...[purpose, owner, { response }]: [...Expected, { response: ClientData }]) {
    const { origin, id, challenges } = this.#options
    // The library lets a page of another origin that frames ours pass.
    if (decodeClientDataJSON(response.clientDataJSON).crossOrigin === true) {
      throw new Error('in the frame of another origin')
    }
    return {
      expectedChallenge: (challenge: string) => challenges.isGood(purpose, owner, challenge),
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
    }
  }
}

type Expected = [purpose: Parameters<Challenges['isGood']>[0], owner: string]
type ClientData = Pick<Assertion['response'], 'clientDataJSON'>

/** The challenge that a passkey signed, in base64url; of a response that has been verified. */
export function challengeOf({ response }: { response: ClientData }): string {
  return decodeClientDataJSON(response.clientDataJSON).challenge
}
