import { z } from 'zod'
import type { Request } from 'express'
import type { ReadBody } from '../chassis/body.ts'
import type { SignInLimit } from '../chassis/limits/signIn.ts'
import type { Route } from '../chassis/route.ts'
import { invalid } from '../chassis/validate.ts'
import { Problem } from '../contract/problem.ts'
import { localName, password, readJson, shownName } from './fields.ts'
import type { Invitations } from './invitations.ts'
import type { LocalAccounts } from './localAccounts.ts'
import type { AccountMetrics } from './metrics.ts'
import type { Ceremonies } from './passkeys/ceremonies.ts'
import { passwordMistake } from './passwordRules.ts'
import type { Passwords } from './passwords.ts'
import { localPrincipal } from './principals.ts'
import { newId } from './secrets.ts'
import type { SignIns } from './signIns.ts'

export interface SignInParts {
  signIns: SignIns
  localAccounts: LocalAccounts
  invitations: Invitations
  passwords: Passwords
  ceremonies: Ceremonies | undefined
  metrics: Pick<AccountMetrics, 'signIns'>
}

export interface SignInRoutesOptions {
  /** Whether anyone may come in as a guest. */
  guests: boolean
  /** Identity providers, for the page to show. */
  providers: readonly { id: string; name: string }[]
  readBody: ReadBody
  limit: Pick<SignInLimit, 'attempt' | 'succeeded'>
  addressOf: (request: Request) => string
}

// Any text: a name that nobody can have is unknown like others.
export const Login = z.strictObject({
  name: z.string('must be a string').max(256, 'is too long'),
  password,
})
export const Accept = z.strictObject({
  code: z.string('must be a string').max(256, 'is too long'),
  name: localName,
  password,
  displayName: shownName.optional(),
})
export const Guest = z.strictObject({ name: shownName })

/** The ways to get a session. Each answers with a SignedIn. */
export function createSignInRoutes(
  { signIns, localAccounts, invitations, passwords, ceremonies, metrics }: SignInParts,
  { guests, providers, readBody, limit, addressOf }: SignInRoutesOptions,
): Route[] {
  const passkeys = ceremonies !== undefined
  return [
    {
      path: '/account/methods',
      get: (_request, response) => void response.json({ local: true, passkeys, guests, providers }),
    },
    {
      path: '/account/login',
      post: async (request, response) => {
        const body = await readJson(readBody, request, Login)
        const name = localPrincipal(body.name) ?? body.name
        await limit.attempt(name, addressOf(request))
        const account = await localAccounts.find(localPrincipal(body.name), body.password)
        if (account === undefined) {
          metrics.signIns.inc({ outcome: 'refused' })
          throw new Problem('unauthenticated', 'The name or the password is not right.')
        }
        await limit.succeeded(name)
        response.json(await signIns.signIn(request, response, account, 'password'))
      },
    },
    {
      // The code is in the body: logs and proxies keep paths.
      path: '/account/invitations/accept',
      post: async (request, response) => {
        const body = await readJson(readBody, request, Accept)
        await limit.attempt(undefined, addressOf(request))
        const { code, name: principal, displayName } = body
        const name = principal.slice('user:'.length)
        const mistake = passwordMistake(body.password, name)
        if (mistake !== undefined) throw invalid([{ pointer: '#/password', detail: mistake }])
        // Before the hash, so that nobody can make work with codes that they invent.
        if (!(await invitations.isGood(code, principal))) throw notGood()
        const hash = await passwords.hash(body.password)
        const person = { principal, name: displayName ?? name, password: hash }
        const account = await invitations.accept(code, person)
        if (account === undefined) throw notGood()
        response.json(await signIns.signIn(request, response, account, 'invitation'))
      },
    },
    {
      path: '/account/guest',
      post: async (request, response) => {
        if (!guests) throw new Problem('forbidden', 'There are no guests here.')
        const { name } = await readJson(readBody, request, Guest)
        await limit.attempt(undefined, addressOf(request))
        const guest = { principal: `guest:${newId(8)}`, name, groups: [] }
        response.json(await signIns.signIn(request, response, guest, 'guest'))
      },
    },
  ]
}

/** The same answer for both: only who holds a good link may find out which names are taken. */
function notGood(): Problem {
  return new Problem(
    'forbidden',
    'The invitation is used, too old, or for another name; or the name is taken.',
  )
}
