import type { Request } from 'express'
import type { ReadBody } from '../../chassis/body.ts'
import type { SignInLimit } from '../../chassis/limits/signIn.ts'
import type { Route } from '../../chassis/route.ts'
import { Problem } from '../../contract/problem.ts'
import type { BrowserCookie } from '../browserCookie.ts'
import { readJson } from '../fields.ts'
import type { AccountMetrics } from '../metrics.ts'
import { type SignIns, userAgentOf } from '../signIns.ts'
import { type Ceremonies, challengeOf } from './ceremonies.ts'
import { Assertion, NewCredential } from './credentialFields.ts'
import { MAX_PASSKEYS, type Passkeys } from './passkeys.ts'

export interface PasskeyParts {
  signIns: SignIns
  passkeys: Passkeys
  /** Undefined: browsers take no passkey for this origin. */
  ceremonies: Ceremonies | undefined
  browserCookie: BrowserCookie
  metrics: Pick<AccountMetrics, 'signIns'>
}

export interface PasskeyRoutesOptions {
  readBody: ReadBody
  limit: Pick<SignInLimit, 'attempt' | 'succeeded'>
  addressOf: (request: Request) => string
}

/** What people do with passkeys: add, list and delete their own ones, and sign in. */
export function createPasskeyRoutes(parts: PasskeyParts, options: PasskeyRoutesOptions): Route[] {
  const { ceremonies } = parts
  if (ceremonies === undefined) return []
  return [...signInRoutes(parts, ceremonies, options), ...ownRoutes(parts, ceremonies, options)]
}

function signInRoutes(
  { signIns, passkeys, browserCookie, metrics }: PasskeyParts,
  ceremonies: Ceremonies,
  { readBody, limit, addressOf }: PasskeyRoutesOptions,
): Route[] {
  /** The account whose passkey has signed, which counts as one use. Undefined with the reason in the log. */
  const accountOf = async (request: Request, used: Assertion) => {
    const browser = browserCookie.read(request) ?? ''
    const passkey = await passkeys.find(used.id, used.response.userHandle)
    if (passkey === undefined) return undefined
    const verified = ceremonies.verifyUse(used, passkey, browser)
    const counter = await verified.catch((error: unknown) => logRefusal(request, error))
    if (counter === undefined) return undefined
    const { principal, name, groups } = passkey
    const isFirst = await passkeys.use(passkey.id, counter, challengeOf(used))
    return isFirst ? { principal, name, groups } : undefined
  }
  return [
    {
      path: '/account/passkeys/sign-in/options',
      post: (request, response) => {
        response.json(ceremonies.requestOptions(browserCookie.keep(request, response)))
      },
    },
    {
      path: '/account/passkeys/sign-in',
      post: async (request, response) => {
        const used = await readJson(readBody, request, Assertion)
        // Apart from the password's tries: whoever guesses that keeps nobody from their passkey.
        const tried = `passkey ${used.id}`
        await limit.attempt(tried, addressOf(request))
        const account = await accountOf(request, used)
        if (account === undefined) {
          metrics.signIns.inc({ outcome: 'refused' })
          throw new Problem('unauthenticated', 'The passkey is not right, or came too late.')
        }
        await limit.succeeded(tried)
        response.json(await signIns.signIn(request, response, account, 'passkey'))
      },
    },
  ]
}

function ownRoutes(
  { signIns, passkeys }: PasskeyParts,
  ceremonies: Ceremonies,
  { readBody }: PasskeyRoutesOptions,
): Route[] {
  return [
    {
      path: '/account/passkeys/options',
      post: async (request, response) => {
        const { principal, sid } = await signIns.recent(request)
        const owner = await passkeys.owner(principal)
        if (owner === undefined)
          throw new Problem('forbidden', 'Only local accounts have passkeys.')
        const { handle, name: displayName, credentials } = owner
        if (credentials.length >= MAX_PASSKEYS) throw tooMany()
        const name = principal.slice('user:'.length)
        response.json(ceremonies.creationOptions({ handle, name, displayName }, credentials, sid))
      },
    },
    {
      path: '/account/passkeys',
      get: async (request, response) => {
        const { principal } = await signIns.current(request)
        response.json({ passkeys: await passkeys.list(principal) })
      },
      post: async (request, response) => {
        const { principal, sid } = await signIns.recent(request)
        const made = await readJson(readBody, request, NewCredential)
        const verified = ceremonies.verifyCreation(made, sid)
        const key = await verified.catch((error: unknown) => logRefusal(request, error))
        if (key === undefined) {
          throw new Problem('forbidden', 'The passkey is not right, or came too late.')
        }
        const challenge = challengeOf(made)
        const userAgent = userAgentOf(request)
        const added = await passkeys.add({ ...key, principal, sid, userAgent, challenge })
        if (added === undefined) throw tooMany()
        request.log.info({ principal, id: added.id }, 'passkey added')
        response.status(201).json(added)
      },
    },
    {
      path: '/account/passkeys/:id',
      delete: async (request, response) => {
        const { principal } = await signIns.recent(request)
        const id = String(request.params['id'])
        if (!(await passkeys.remove(principal, id))) throw new Problem('not-found')
        request.log.info({ principal, id }, 'passkey deleted')
        response.status(204).end()
      },
    },
  ]
}

function tooMany(): Problem {
  return new Problem(
    'forbidden',
    `There are ${MAX_PASSKEYS} passkeys already, or this one was added before.`,
  )
}

/** What was wrong is for the operator: it may quote the sender. */
function logRefusal(request: Request, error: unknown): undefined {
  const reason = error instanceof Error ? error.message.slice(0, 200) : String(error)
  request.log.warn({ reason }, 'a passkey was refused')
}
