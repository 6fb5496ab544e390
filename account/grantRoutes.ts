import { z } from 'zod'
import type { ReadBody } from '../chassis/body.ts'
import type { Route } from '../chassis/route.ts'
import { Problem } from '../contract/problem.ts'
import { type Callers, isAdmin } from './callers.ts'
import * as fields from './fields.ts'
import type { GrantTable } from './grantTable.ts'
import { wholeNumber } from '../chassis/description/reading.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'

export interface GrantParts {
  callers: Callers
  grants: GrantTable
}

export const GrantBody = z.strictObject({ actions: fields.actions })

/** The grant of a subject on the channels of a pattern. */
export const GrantParameters = z.object({
  subject: fields.subject,
  pattern: fields.pattern,
})

const readGrantQuery = queryReader(GrantParameters)

export const GrantsParameters = GrantParameters.partial().extend({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER, 'a number')
    .default(0)
    .describe('Where the page begins: `next` of the one before has it'),
})

const readGrantsQuery = queryReader(GrantsParameters)

/** Who may what. A caller gives, takes and sees grants on channels that it is admin of. */
export function createGrantRoutes({ callers, grants }: GrantParts, readBody: ReadBody): Route[] {
  return [
    {
      path: '/grants',
      get: async (request, response) => {
        const search = searchOf(request.originalUrl)
        const { subject, pattern, after } = readGrantsQuery(search)
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
        const { subject, pattern } = readGrantQuery(searchOf(request.originalUrl))
        const caller = await callers.admin(request, pattern)
        const body = await fields.readJson(readBody, request, GrantBody)
        const grant = { subject, pattern, actions: body.actions }
        if (!(await grants.put(grant))) {
          throw new Problem('forbidden', 'There are too many grants already (MAX_GRANTS).')
        }
        request.log.info({ by: caller.principal, ...grant }, 'grant put')
        response.json(grant)
      },
      delete: async (request, response) => {
        const { subject, pattern } = readGrantQuery(searchOf(request.originalUrl))
        const caller = await callers.admin(request, pattern)
        if (!(await grants.remove(subject, pattern))) throw new Problem('not-found')
        request.log.info({ by: caller.principal, subject, pattern }, 'grant taken away')
        response.status(204).end()
      },
    },
  ]
}
