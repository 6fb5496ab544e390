import { randomUUID } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { PRINCIPAL_KINDS } from '../../contract/principal.ts'

type Claims = Record<string, unknown>

/** Changes to a good token: a claim or header that is undefined is left out. */
interface Changes {
  claims?: Claims
  header?: Record<string, unknown>
  key?: CryptoKey | Uint8Array
}

/** Signs access tokens as the account service does, for tests of services with AUTH=required. */
export class TestIssuer {
  readonly issuer: string
  readonly jwk: JWK
  readonly privateKey: CryptoKey

  private constructor(issuer: string, jwk: JWK, privateKey: CryptoKey) {
    this.issuer = issuer
    this.jwk = jwk
    this.privateKey = privateKey
  }

  /** With a new RS256 key. */
  static async create(issuer = 'https://issuer.example', kid = 'k1'): Promise<TestIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
    return new TestIssuer(
      issuer,
      { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' },
      privateKey,
    )
  }

  /** The entry of ISSUERS, with its keys in it, or with the URL of its keys. */
  entry(jwks: string | { keys: JWK[] } = { keys: [this.jwk] }) {
    return { issuer: this.issuer, jwks, kinds: [...PRINCIPAL_KINDS] }
  }

  /** The environment of an ingest or a gateway that accepts this issuer's tokens. */
  env(jwks?: string): { AUTH: string; ISSUERS: string } {
    return { AUTH: 'required', ISSUERS: JSON.stringify([this.entry(jwks)]) }
  }

  /** A token for five minutes, e.g. `token('user:alice', { grants: ['read,write rooms.**'] })`. */
  token(principal: string, claims: Claims = {}): Promise<string> {
    return this.sign(principal, { claims })
  }

  /** The same, with whatever is to be wrong with it. */
  sign(
    principal: string,
    { claims, header, key = this.privateKey }: Changes = {},
  ): Promise<string> {
    const now = Date.now() / 1_000
    const payload = {
      iss: this.issuer,
      aud: 'causeway',
      sub: principal,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + 300,
      ...claims,
    }
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: String(this.jwk.kid), typ: 'at+jwt', ...header })
      .sign(key)
  }
}
