import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { encodeCbor } from './cbor.ts'

/** What account asks of a browser, as far as an authenticator needs it. */
export interface Asked {
  challenge: string
  rp?: { id: string }
  rpId?: string
  user?: { id: string }
}

/** What an authenticator or a browser that is not honest says instead. */
export interface Lies {
  challenge?: string
  origin?: string
  type?: string
  crossOrigin?: boolean
  rpId?: string
  /** Bits: 1 somebody is there, 4 and it is the owner, 64 a new key follows. */
  flags?: number
  counter?: number
  userHandle?: string
  /** The certificates of a maker. */
  certificates?: Uint8Array[]
}

const PRESENT_AND_VERIFIED = 5
const HAS_KEY = 64

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** An authenticator with one passkey, and the browser that it is at: makes and uses it without asking anybody. */
export class SoftAuthenticator {
  readonly id = base64url(randomBytes(32))
  /** Grows by one for each signature; while it is 0 and `counts` is false, it does not count. */
  counter = 0
  readonly #origin: string
  readonly #counts: boolean
  readonly #publicKey: KeyObject
  readonly #privateKey: KeyObject
  #userHandle = ''

  constructor(origin: string, { counts = true } = {}) {
    this.#origin = origin
    this.#counts = counts
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#publicKey = pair.publicKey
    this.#privateKey = pair.privateKey
  }

  /** Answers the options of a new passkey, as `toJSON` of a browser writes it. */
  create(asked: Asked, lies: Lies = {}) {
    this.#userHandle = asked.user?.id ?? ''
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.from([id.length >> 8, id.length & 255])
    const key = [Buffer.alloc(16), length, id, this.#coseKey()]
    const data = this.#data(asked.rp?.id ?? '', lies, HAS_KEY)
    const { certificates } = lies
    const attestation = new Map<string, Parameters<typeof encodeCbor>[0]>([
      ['fmt', certificates === undefined ? 'none' : 'packed'],
      ['attStmt', certificates === undefined ? new Map() : new Map([['x5c', certificates]])],
      ['authData', Buffer.concat([data, ...key])],
    ])
    return this.#answer({
      clientDataJSON: base64url(this.#clientData('webauthn.create', asked, lies)),
      attestationObject: base64url(encodeCbor(attestation)),
      transports: ['internal'],
    })
  }

  /** Answers the options of a sign-in. */
  get(asked: Asked, lies: Lies = {}) {
    if (this.#counts) this.counter += 1
    const data = this.#data(asked.rpId ?? '', lies, 0)
    const clientData = this.#clientData('webauthn.get', asked, lies)
    const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), this.#privateKey)
    return this.#answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(data),
      signature: base64url(signature),
      userHandle: lies.userHandle ?? this.#userHandle,
    })
  }

  get userHandle(): string {
    return this.#userHandle
  }

  #answer<R>(response: R) {
    const { id } = this
    const extras = { authenticatorAttachment: 'platform', clientExtensionResults: {} }
    return { id, rawId: id, type: 'public-key', response, ...extras }
  }

  #clientData(type: string, { challenge }: Asked, lies: Lies): Buffer {
    const { crossOrigin = false } = lies
    const honest = { type, challenge, origin: this.#origin }
    const told = { type: lies.type, challenge: lies.challenge, origin: lies.origin }
    const said = Object.entries(told).filter(([, value]) => value !== undefined)
    return Buffer.from(JSON.stringify({ ...honest, ...Object.fromEntries(said), crossOrigin }))
  }

  #data(rpId: string, lies: Lies, more: number): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.counter ?? this.counter)
    const flags = Buffer.from([(lies.flags ?? PRESENT_AND_VERIFIED) | more])
    return Buffer.concat([sha256(Buffer.from(lies.rpId ?? rpId)), flags, count])
  }

  /** ES256 on P-256 (RFC 9053). */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' })
    return encodeCbor(
      new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    )
  }
}
