import { PRINCIPAL_KINDS } from '../../contract/principal.ts'
import { kubernetesObject, list, matching, object, oneOf, text } from './jsonSchema.ts'

const issuer = object(
  {
    issuer: text,
    audience: text,
    // Whoever may read the values could sign with a secret: those go into the Secret.
    jwks: { anyOf: [matching('^https?://'), kubernetesObject] },
    algorithms: list(text),
    kinds: { ...list(oneOf(...PRINCIPAL_KINDS)), minItems: 1 },
    prefix: text,
  },
  { required: ['issuer', 'jwks', 'kinds'] },
)
/** The values below `auth`. */
export const auth = object({
  mode: oneOf('required', 'open'),
  // Over http a password and a token could be read on their way.
  publicOrigin: matching('^(https://[^/@ ]+|http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?)?$'),
  issuers: list(issuer),
})
