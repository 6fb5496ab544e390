import type { Request } from 'express'
import type { ReadBody } from '../chassis/body.ts'
import type { Route } from '../chassis/route.ts'
import { queryReader } from '../chassis/queryReader.ts'
import { searchOf } from '../chassis/searchOf.ts'
import { mayChange, type MemberRole } from '../contract/membership.ts'
import { Problem } from '../contract/problem.ts'
import { memberPrincipal, NewRole, PeopleParameters } from './channelFields.ts'
import { refused } from './channelRefusal.ts'
import { type ChannelParts, knownTo } from './channelRoutes.ts'
import { readJson } from './fields.ts'

const readPeopleQuery = queryReader(PeopleParameters)

/** The people of channels, and people to write to. */
export function createMemberRoutes(
  { callers, channels }: ChannelParts,
  readBody: ReadBody,
): Route[] {
  /** Gives somebody a role on a channel, or takes it. Throws a Problem. */
  async function change(request: Request, to: MemberRole | undefined) {
    const caller = await callers.identify(request)
    const { profile, role: by } = await knownTo(caller, channels, request.params['channel'])
    const channel = profile.name
    const principal = principalParameter(request)
    const { name, actions: known, role: from } = await channels.grantOf(channel, principal)
    const isOwn = principal === caller.principal
    if (!mayChange({ kind: profile.kind, by, isOwn, from, to })) {
      throw new Problem('forbidden', 'Your role on this channel does not allow it.')
    }
    if (to === undefined && from === undefined) throw new Problem('not-found')
    if (
      to !== undefined &&
      from === undefined &&
      (await channels.unknown([principal])).length > 0
    ) {
      throw new Problem('not-found', `Nobody here is ${principal}.`)
    }
    const outcome = await channels.put(channel, principal, { known, role: to })
    if (outcome !== 'put') throw refused(outcome)
    const audit = { by: caller.principal, channel, principal, role: to }
    request.log.info(audit, to === undefined ? 'member removed' : 'member put')
    return { principal, name }
  }

  return [
    {
      path: '/account/channels/:channel/members',
      get: async (request, response) => {
        const caller = await callers.identify(request)
        const { profile } = await knownTo(caller, channels, request.params['channel'])
        const members = await channels.members([profile.name])
        const shown = members.map(({ principal, name, role }) => ({ principal, name, role }))
        response.json({ members: shown })
      },
    },
    {
      path: '/account/channels/:channel/members/:principal',
      put: async (request, response) => {
        const { role } = await readJson(readBody, request, NewRole)
        response.json({ ...(await change(request, role)), role })
      },
      delete: async (request, response) => {
        await change(request, undefined)
        response.status(204).end()
      },
    },
    {
      path: '/account/people',
      get: async (request, response) => {
        const { q } = readPeopleQuery(searchOf(request.originalUrl))
        const { principal } = await callers.identify(request)
        // Guests come and go: they may not learn who has an account.
        const only = principal.startsWith('guest:') ? 'known' : 'all'
        response.json({ people: await channels.find(q, principal, only) })
      },
    },
  ]
}

function principalParameter(request: Request): string {
  const principal = memberPrincipal.safeParse(request.params['principal'])
  if (principal.success) return principal.data
  throw new Problem('invalid-parameter', 'A member is like user:bob.')
}
