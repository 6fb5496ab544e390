import { z } from 'zod'
import type { ReadBody } from '../chassis/body.ts'
import type { Route } from '../chassis/route.ts'
import { invalid } from '../chassis/validate.ts'
import { Problem } from '../contract/problem.ts'
import type { Request } from 'express'
import { password, readJson } from './fields.ts'
import type { LocalAccounts } from './localAccounts.ts'
import { passwordMistake } from './passwordRules.ts'
import type { Session, Sessions } from './sessions.ts'
import type { SignIns } from './signIns.ts'

export interface SessionParts {
  signIns: SignIns
  sessions: Sessions
  localAccounts: LocalAccounts
}

const Change = z.strictObject({ password, newPassword: password })

/** What a person does with their own sessions. */
export function createSessionRoutes(
  { signIns, sessions, localAccounts }: SessionParts,
  readBody: ReadBody,
): Route[] {
  const current = async (request: Request): Promise<Session> => {
    const session = await signIns.session(request)
    if (session === undefined) throw new Problem('unauthenticated')
    return session
  }
  return [
    {
      path: '/account/me',
      get: async (request, response) => {
        const session = await current(request)
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
        const { sid, principal } = await current(request)
        const list = await sessions.list(principal)
        response.json({ sessions: list.map((each) => ({ ...each, current: each.id === sid })) })
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
        await sessions.endAll((await current(request)).principal)
        signIns.forget(response)
        response.status(204).end()
      },
    },
    {
      path: '/account/password',
      post: async (request, response) => {
        const { principal, sid } = await current(request)
        const body = await readJson(readBody, request, Change)
        const mistake = passwordMistake(body.newPassword, principal.slice('user:'.length))
        if (mistake !== undefined) throw invalid([{ pointer: '#/newPassword', detail: mistake }])
        if ((await localAccounts.find(principal, body.password)) === undefined) {
          throw new Problem('forbidden', 'The password is not right.')
        }
        await localAccounts.setPassword(principal, body.newPassword)
        await sessions.endAll(principal, sid)
        response.status(204).end()
      },
    },
  ]
}
