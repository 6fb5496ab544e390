import { z } from 'zod'
import { PRINCIPAL_KINDS } from '../../contract/principal.ts'

const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512']
/** As many as the shortest of these hashes has. */
const MIN_SECRET_BYTES = 32

/** Public keys in the configuration itself. A private key or a secret there would be known to every replica, and is refused. */
const inlineKeys = z
  .looseObject({ keys: z.array(z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']) })) })
  .refine(({ keys }) => keys.every((key) => !('d' in key)), 'expected public keys only')

const issuer = z
  .strictObject({
    /** The `iss` of its tokens. */
    issuer: z.string().min(1).max(255),
    /** The `aud` that its tokens must name. */
    audience: z.string().min(1).max(255).default('causeway'),
    /** Its public keys, or where they are. */
    jwks: z.union([z.url({ protocol: /^https?$/ }), inlineKeys]).optional(),
    /** Instead of public keys: what it signs with. */
    secret: z
      .string()
      .refine((text) => Buffer.byteLength(text) >= MIN_SECRET_BYTES, 'expected 32 bytes or more')
      .optional(),
    algorithms: z.array(z.string()).min(1).optional(),
    /** The principals that it may name. */
    kinds: z.array(z.enum(PRINCIPAL_KINDS)).min(1),
    /** Goes in front of each `sub`, for an issuer that knows no kinds: `user:`. */
    prefix: z.templateLiteral([z.enum(PRINCIPAL_KINDS), ':']).optional(),
  })
  .refine(({ jwks, secret }) => (jwks === undefined) !== (secret === undefined), {
    error: 'expected either jwks or secret',
  })
  .transform(({ algorithms, ...rest }) => ({
    ...rest,
    algorithms: algorithms ?? algorithmsFor(rest.secret),
  }))
  // A public key must never count as a secret: everyone knows it, and could sign with it.
  .refine(
    ({ algorithms, secret }) => algorithms.every((each) => algorithmsFor(secret).includes(each)),
    { path: ['algorithms'], error: 'expected algorithms for this kind of key' },
  )
  .refine(
    ({ kinds, prefix }) => prefix === undefined || kinds.some((kind) => prefix === `${kind}:`),
    {
      path: ['prefix'],
      error: 'expected one of kinds, and a colon',
    },
  )

const issuerList = z
  .array(issuer)
  .refine((list) => new Set(list.map((each) => each.issuer)).size === list.length, {
    error: 'expected each issuer once',
  })

/** Someone whose tokens are accepted. */
export type Issuer = z.output<typeof issuer>

/** The variable ISSUERS: a JSON list. A mistake names its place, and never repeats the text, which may hold a secret. */
export function issuers() {
  return z.string().transform((text, context) => {
    const parsed = issuerList.safeParse(parseJson(text))
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', message: [...path, message].join(': ') })
    }
    return z.NEVER
  })
}

function algorithmsFor(secret: string | undefined): string[] {
  return secret === undefined ? PUBLIC_KEY_ALGORITHMS : SECRET_ALGORITHMS
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
