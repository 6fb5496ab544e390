import { z } from 'zod'
import { GROUP, GROUP_RULE } from '../principals.ts'

const text = z.string().min(1).max(1_024)

const fields = z.strictObject({
  /** It stands in addresses and in the names of people. */
  id: z
    .string()
    .max(16)
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'expected a-z and 0-9, with single hyphens inside'),
  /** What the page shows on its button. */
  name: z.string().min(1).max(64),
  issuer: z.string().refine(isIssuer, 'expected an https:// address; http:// only for loopback'),
  clientId: text,
  clientSecret: text.optional(),
  /** A private JWK with `alg`, and with `kid` if the provider knows several keys. */
  clientKey: z.looseObject({ kty: text, alg: text, d: text, kid: text.exactOptional() }).optional(),
  /** How account proves itself, as its registration at the provider says. Default: by what is given, a secret as `basic`. */
  clientAuthentication: z.enum(['basic', 'post', 'private_key_jwt', 'none']).optional(),
  scopes: z
    .array(text)
    .refine((scopes) => scopes.includes('openid'), 'expected "openid" among them')
    .default(['openid', 'profile']),
  /** Without it people get no groups from the provider. */
  groupsClaim: text.optional(),
  /** From the provider's names to ours; the others are left out. Without it the provider's names are ours. */
  groupMapping: z.record(text, z.string().regex(GROUP, GROUP_RULE)).optional(),
  nameClaim: text.default('name'),
})

/** One identity provider, as an operator connects it. */
export type ProviderSettings = z.output<typeof fields>

const list = z
  .array(
    fields.refine(hasItsCredential, {
      path: ['clientAuthentication'],
      error:
        'basic and post need clientSecret, private_key_jwt needs clientKey, none needs neither',
    }),
  )
  .max(20)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'an id stands twice')

/** The variable PROVIDERS: a JSON list. Its mistakes name the place and never repeat the text, because that has secrets. */
export const providers = z
  .string()
  .default('[]')
  .transform((json, context) => {
    const result = list.safeParse(parse(json))
    for (const { path, message } of result.error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: [...path, message].join(': ') })
    }
    return result.data ?? z.NEVER
  })

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function hasItsCredential(given: ProviderSettings): boolean {
  const { clientAuthentication: method, clientSecret, clientKey } = given
  const hasSecret = clientSecret !== undefined
  const hasKey = clientKey !== undefined
  if (method === undefined) return !(hasSecret && hasKey)
  return (
    hasKey === (method === 'private_key_jwt') &&
    hasSecret === (method === 'basic' || method === 'post')
  )
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function isIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer) || /[?#]/.test(issuer)) return false
  const { protocol, hostname, username, password } = new URL(issuer)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}
