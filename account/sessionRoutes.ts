import { z } from 'zod'
import type { ReadBody } from '../chassis/body.ts'
import type { SignInLimit } from '../chassis/limits/signIn.ts'
import type { Route } from '../chassis/route.ts'
import { invalid } from '../chassis/validate.ts'
import { Problem } from '../contract/problem.ts'
import type { Request } from 'express'
import { password, readJson } from './fields.ts'
import type { LocalAccounts } from './localAccounts.ts'
import { passwordMistake } from './passwordRules.ts'
import type { Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'

export interface SessionParts {
  signIns: SignIns
  sessions: Sessions
  localAccounts: LocalAccounts
}

export interface SessionRoutesOptions {
  readBody: ReadBody
  limit: Pick<SignInLimit, 'attempt' | 'succeeded'>
  addressOf: (request: Request) => string
}

export const Change = z.strictObject({ password, newPassword: password })

/** What a person does with their own sessions. */
export function createSessionRoutes(
  { signIns, sessions, localAccounts }: SessionParts,
  { readBody, limit, addressOf }: SessionRoutesOptions,
): Route[] {
  return [
    {
      path: '/account/me',
      get: async (request, response) => {
        const session = await signIns.current(request)
        const { principal, name, groups, now } = session
        // Without a token it is time to renew.
        const endsAt = (await signIns.accessEndsAt(request, session)) ?? now
        response.json({ principal, name, groups, expiresAt: new Date(endsAt).toISOString() })
      },
    },
    {
      path: '/account/renew',
      post: async (request, response) => {
        response.json(await signIns.renew(request, response))
      },
    },
    {
      path: '/account/sessions',
      get: async (request, response) => {
        const { sid, principal } = await signIns.current(request)
        const list = await sessions.list(principal)
        response.json({ sessions: list.map((each) => ({ ...each, current: each.id === sid })) })
      },
    },
    {
      path: '/account/sessions/:id',
      delete: async (request, response) => {
        const { principal } = await signIns.recent(request)
        const id = String(request.params['id'])
        if (!(await sessions.endOf(principal, id))) throw new Problem('not-found')
        response.status(204).end()
      },
    },
    {
      path: '/account/logout',
      post: async (request, response) => {
        const session = await signIns.session(request)
        if (session !== undefined) await sessions.end(session.sid)
        signIns.forget(response)
        response.status(204).end()
      },
    },
    {
      path: '/account/logout-everywhere',
      post: async (request, response) => {
        await sessions.endAll((await signIns.current(request)).principal)
        signIns.forget(response)
        response.status(204).end()
      },
    },
    {
      path: '/account/password',
      post: async (request, response) => {
        const { principal, sid } = await signIns.current(request)
        const body = await readJson(readBody, request, Change)
        const mistake = passwordMistake(body.newPassword, principal.slice('user:'.length))
        if (mistake !== undefined) throw invalid([{ pointer: '#/newPassword', detail: mistake }])
        // Whoever finds an open browser must not guess on here.
        await limit.attempt(principal, addressOf(request))
        if ((await localAccounts.find(principal, body.password)) === undefined) {
          throw new Problem('forbidden', 'The password is not right.')
        }
        await limit.succeeded(principal)
        await localAccounts.setPassword(principal, body.newPassword)
        await sessions.endAll(principal, sid)
        response.status(204).end()
      },
    },
  ]
}
