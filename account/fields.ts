import { z } from 'zod'
import { decodeBody, validateJson } from '../chassis/validate.ts'
import type { ReadBody } from '../chassis/body.ts'
import { MAX_CHANNEL_LENGTH } from '../contract/channel.ts'
import { ACTIONS, PATTERN } from '../contract/grants.ts'
import { isSenderName, MAX_SENDER_NAME } from '../contract/sender.ts'
import { PRINCIPAL } from '../contract/principal.ts'
import type { Request } from 'express'
import { SUBJECT } from './subject.ts'
import {
  GROUP,
  GROUP_RULE,
  LOCAL_NAME,
  localPrincipal,
  MAX_GROUPS,
  MAX_LOCAL_NAME,
  NAME_RULE,
} from './principals.ts'

/** The kinds of member in the bodies of requests. */
const string = z.string('must be a string')

const PATTERN_RULE = 'expected a pattern: a channel, in which * ** and {sub} may stand for segments'

/** The longest password is 256 code points, which may take 12 bytes each as JSON; longer text is refused before it is hashed. */
export const password = string.max(4_096, 'is too long')

/** The name of a local account, as its principal. */
export const localName = string
  .max(MAX_LOCAL_NAME, { error: NAME_RULE, abort: true })
  .regex(LOCAL_NAME, NAME_RULE)
  .transform((text) => localPrincipal(text) ?? z.NEVER)

/** A name to show. */
export const shownName = string.refine(
  isSenderName,
  `must be 1 to ${MAX_SENDER_NAME} printable characters`,
)

export const groups = z
  .array(string.regex(GROUP, GROUP_RULE), 'must be a list')
  .max(MAX_GROUPS, `must be ${MAX_GROUPS} groups at most`)

export const principal = string.regex(PRINCIPAL)

/** Whom a grant is for. */
export const subject = string
  .regex(SUBJECT, 'expected a subject like user:alice, user:* or group:staff')
  .describe('A principal, all of a kind (`user:*`), or a group (`group:staff`)')

/** The channels of a grant. */
export const pattern = string
  .max(MAX_CHANNEL_LENGTH, { error: PATTERN_RULE, abort: true })
  .regex(PATTERN, PATTERN_RULE)
  .describe('A channel, in which `*`, `**` at the end and `{sub}` may stand for segments')

/** Of an API key. */
export const keyId = string.regex(/^[0-9a-f]{16}$/, 'expected the id of a key')

/** A service or a device: people and guests sign in. */
export const keyPrincipal = string.regex(
  /^(service|device):[A-Za-z0-9_.@-]{1,64}$/,
  'must be a principal like service:billing or device:pump-7',
)

export const actions = z
  .array(z.enum(ACTIONS, `must be one of ${ACTIONS.join(', ')}`), 'must be a list')
  .nonempty('must not be empty')
  .transform((given) => ACTIONS.filter((action) => given.includes(action)))

/** Reads a request's body; throws a Problem if it is not of this form. */
export async function readJson<S extends z.ZodType>(
  readBody: ReadBody,
  request: Request,
  schema: S,
): Promise<z.output<S>> {
  return validateJson(schema, decodeBody(await readBody(request)))
}
