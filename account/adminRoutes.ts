import { z } from 'zod'
import type { Request } from 'express'
import type { ReadBody } from '../chassis/body.ts'
import type { Route } from '../chassis/route.ts'
import { Problem } from '../contract/problem.ts'
import type { ApiKeys } from './apiKeys.ts'
import type { Callers } from './callers.ts'
import {
  groups,
  keyId,
  keyPrincipal,
  localName,
  principal as principalText,
  readJson,
  shownName,
} from './fields.ts'
import type { Invitations } from './invitations.ts'
import type { Revocations } from './revocations.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'

export interface AdminParts {
  callers: Callers
  invitations: Invitations
  apiKeys: ApiKeys
  revocations: Revocations
}

export const Invite = z.strictObject({
  name: localName.optional(),
  groups: groups.default([]),
  admin: z.boolean('must be true or false').default(false),
})
export const NewKey = z.strictObject({
  principal: keyPrincipal,
  name: shownName.optional(),
  groups: groups.default([]),
})

export const KeysParameters = z.object({
  after: keyId.optional().describe('Where the page begins: `next` of the one before has it'),
})

const readKeysQuery = queryReader(KeysParameters)

/** What only those may do who are admin of all channels. */
export function createAdminRoutes(
  { callers, invitations, apiKeys, revocations }: AdminParts,
  readBody: ReadBody,
): Route[] {
  /** Does something to a principal, and says in the log who wanted it. */
  const toPrincipal =
    (what: 'ban' | 'unban' | 'revoke'): NonNullable<Route['post']> =>
    async (request, response) => {
      const admin = await callers.admin(request)
      const principal = principalParameter(request)
      await revocations[what](principal)
      request.log.info({ by: admin.principal, principal }, what)
      response.status(204).end()
    }
  return [
    {
      path: '/account/invitations',
      post: async (request, response) => {
        const admin = await callers.admin(request)
        const { name: principal, ...rest } = await readJson(readBody, request, Invite)
        const url = await invitations.create({ principal, ...rest })
        request.log.info({ by: admin.principal, principal, ...rest }, 'invitation made')
        response.status(201).json({ url })
      },
    },
    {
      path: '/account/keys',
      post: async (request, response) => {
        const { principal: createdBy } = await callers.admin(request)
        const body = await readJson(readBody, request, NewKey)
        const { principal } = body
        const name = body.name ?? principal.slice(principal.indexOf(':') + 1)
        const made = await apiKeys.create({ ...body, name, createdBy })
        request.log.info({ by: createdBy, principal, id: made.id }, 'API key made')
        response.status(201).json(made)
      },
      get: async (request, response) => {
        await callers.admin(request)
        const { after } = readKeysQuery(searchOf(request.originalUrl))
        const { keys, last } = await apiKeys.list(after)
        response.json({ keys, next: last === undefined ? null : `/account/keys?after=${last}` })
      },
    },
    {
      path: '/account/keys/:id',
      delete: async (request, response) => {
        const { principal: by } = await callers.admin(request)
        const id = String(request.params['id'])
        if (!(await apiKeys.delete(id))) throw new Problem('not-found')
        request.log.info({ by, id }, 'API key deleted')
        response.status(204).end()
      },
    },
    {
      path: '/account/principals/:principal/ban',
      post: toPrincipal('ban'),
      delete: toPrincipal('unban'),
    },
    { path: '/account/principals/:principal/revoke', post: toPrincipal('revoke') },
  ]
}

function principalParameter(request: Request): string {
  const principal = principalText.safeParse(request.params['principal'])
  if (principal.success) return principal.data
  throw new Problem('invalid-parameter', 'A principal is like user:alice or device:pump-7.')
}
