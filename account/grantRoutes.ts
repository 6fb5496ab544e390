import { z } from 'zod'
import type { Request } from 'express'
import type { ReadBody } from '../chassis/body.ts'
import type { Route } from '../chassis/route.ts'
import { isPattern } from '../contract/grants.ts'
import { parsePosition } from '../contract/position.ts'
import { Problem } from '../contract/problem.ts'
import { Query } from '../contract/query.ts'
import { type Callers, isAdmin } from './callers.ts'
import { actions, readJson } from './fields.ts'
import type { GrantTable } from './grantTable.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { isSubject } from './subject.ts'

export interface GrantParts {
  callers: Callers
  grants: GrantTable
}

const Body = z.strictObject({ actions })
const SUBJECT = 'a subject like user:alice, user:* or group:staff'
const PATTERN = 'a pattern: a channel, in which * ** and {sub} may stand for segments'

/** Who may what. A caller gives, takes and sees grants on channels that it is admin of. */
export function createGrantRoutes({ callers, grants }: GrantParts, readBody: ReadBody): Route[] {
  return [
    {
      path: '/grants',
      get: async (request, response) => {
        const { query, subject, pattern } = queryOf(request, ['subject', 'pattern', 'after'])
        const after = query.one('after', parsePosition, 'a number') ?? 0
        query.check()
        const caller = await callers.identify(request)
        if (!caller.grants.some((grant) => grant.actions.includes('admin'))) {
          throw new Problem('forbidden', 'You need admin on some pattern.')
        }
        const { grants: all, last } = await grants.list({ subject, pattern, after })
        const same = { ...(subject && { subject }), ...(pattern && { pattern }) }
        const rest = new URLSearchParams({ ...same, after: String(last) }).toString()
        response.json({
          grants: all.filter((grant) => isAdmin(caller, grant.pattern)),
          next: last === undefined ? null : `/grants?${rest}`,
        })
      },
      put: async (request, response) => {
        const { subject, pattern } = targetOf(request)
        const caller = await callers.admin(request, pattern)
        const body = await readJson(readBody, request, Body)
        const grant = { subject, pattern, actions: body.actions }
        if (!(await grants.put(grant))) {
          throw new Problem('forbidden', 'There are too many grants already (MAX_GRANTS).')
        }
        request.log.info({ by: caller.principal, ...grant }, 'grant put')
        response.json(grant)
      },
      delete: async (request, response) => {
        const { subject, pattern } = targetOf(request)
        const caller = await callers.admin(request, pattern)
        if (!(await grants.remove(subject, pattern))) throw new Problem('not-found')
        request.log.info({ by: caller.principal, subject, pattern }, 'grant taken away')
        response.status(204).end()
      },
    },
  ]
}

function targetOf(request: Request): { subject: string; pattern: string } {
  const { query, subject, pattern } = queryOf(request, ['subject', 'pattern'])
  if (subject === undefined) query.mistake('subject', 'required')
  if (pattern === undefined) query.mistake('pattern', 'required')
  query.check()
  return { subject: String(subject), pattern: String(pattern) }
}

function queryOf(request: Request, names: readonly string[]) {
  const query = new Query(searchOf(request.originalUrl), names)
  const subject = query.one('subject', (text) => (isSubject(text) ? text : undefined), SUBJECT)
  const pattern = query.one('pattern', (text) => (isPattern(text) ? text : undefined), PATTERN)
  return { query, subject, pattern }
}
