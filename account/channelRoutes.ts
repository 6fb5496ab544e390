import type { Request } from 'express'
import type { z } from 'zod'
import type { ReadBody } from '../chassis/body.ts'
import { channelParameter } from '../chassis/channelParameter.ts'
import type { Route } from '../chassis/route.ts'
import { isHidden, isAllowed } from '../contract/grants.ts'
import { type MemberRole, mayRename, roleOf } from '../contract/membership.ts'
import { Problem } from '../contract/problem.ts'
import type { Caller, Callers } from './callers.ts'
import { NewChannel, NewProfile } from './channelFields.ts'
import { type ChannelTable, directName, newPrivateName, type Profile } from './channelTable.ts'
import { readJson } from './fields.ts'
import { invalid } from '../chassis/validate.ts'
import { refused } from './channelRefusal.ts'

export interface ChannelParts {
  callers: Callers
  channels: ChannelTable
}

type NewChannelBody = z.output<typeof NewChannel>

/** Channels as people know them: titles, direct messages, and which ones are theirs. */
export function createChannelRoutes(
  { callers, channels }: ChannelParts,
  readBody: ReadBody,
): Route[] {
  /** As the caller sees them; those that it may not read are left out. */
  async function shownTo(caller: Caller, profiles: readonly Profile[]) {
    const direct = profiles.filter(({ kind }) => kind === 'direct').map(({ name }) => name)
    const people = direct.length === 0 ? [] : await channels.members(direct)
    return profiles.flatMap((profile) => {
      const role = roleIn(caller, profile.name)
      if (role === undefined) return []
      const own = people.filter(({ channel }) => channel === profile.name)
      const plain = own.map(({ principal, name }) => ({ principal, name }))
      return [{ ...profile, role, ...(profile.kind === 'direct' ? { people: plain } : {}) }]
    })
  }

  async function make(
    caller: Caller,
    body: NewChannelBody,
  ): Promise<{ name: string; isNew: boolean }> {
    const { profile, people } = planOf(caller, body)
    const unknown = await channels.unknown(
      [...people.keys()].filter((one) => one !== caller.principal),
    )
    if (unknown.length > 0) {
      const pointer = body.kind === 'direct' ? '#/people' : '#/members'
      throw invalid([{ pointer, detail: `nobody here is ${unknown[0]}` }])
    }
    const outcome = await channels.make(profile, caller.principal, people)
    if (outcome === 'there' && body.kind === 'direct') {
      await channels.follow(caller.principal, profile.name)
      return { name: profile.name, isNew: false }
    }
    if (outcome !== 'made') throw refused(outcome)
    return { name: profile.name, isNew: true }
  }

  async function shown(request: Request, name: unknown) {
    const caller = await callers.identify(request)
    const { profile } = await knownTo(caller, channels, name)
    return (await shownTo(caller, [profile]))[0]
  }

  return [
    {
      path: '/account/channels',
      get: async (request, response) => {
        const caller = await callers.identify(request)
        const mine = await channels.mine(caller.principal)
        response.json({ channels: await shownTo(caller, mine) })
      },
      post: async (request, response) => {
        const caller = await callers.identify(request)
        if (caller.principal.startsWith('guest:')) {
          throw new Problem('forbidden', 'Guests make no channels.')
        }
        const body = await readJson(readBody, request, NewChannel)
        const { name, isNew } = await make(caller, body)
        if (isNew)
          request.log.info({ by: caller.principal, channel: name, kind: body.kind }, 'channel made')
        response.status(isNew ? 201 : 200).json(await shown(request, name))
      },
    },
    {
      path: '/account/channels/:channel',
      get: async (request, response) => {
        response.json(await shown(request, request.params['channel']))
      },
      put: async (request, response) => {
        const caller = await callers.identify(request)
        const { profile, role } = await knownTo(caller, channels, request.params['channel'])
        const { name } = profile
        const body = await readJson(readBody, request, NewProfile)
        if (!mayRename(profile.kind, role)) {
          throw new Problem('forbidden', 'Only owners and moderators change its title and topic.')
        }
        await channels.rename({ ...profile, ...body }, caller.principal)
        request.log.info({ by: caller.principal, channel: name, ...body }, 'channel renamed')
        response.json(await shown(request, name))
      },
    },
  ]
}

/** A new channel's profile and its first people. Throws `forbidden`. */
function planOf(
  caller: Caller,
  body: NewChannelBody,
): { profile: Profile; people: Map<string, MemberRole> } {
  const { principal, grants } = caller
  const { kind } = body
  if (kind === 'direct') {
    const all = [...new Set([principal, ...body.people])]
    const profile = { name: directName(all), kind, title: '', topic: '' }
    return { profile, people: new Map(all.map((one) => [one, 'member'])) }
  }
  const { title, topic } = body
  if (kind === 'private') {
    const members = body.members.map((one): [string, MemberRole] => [one, 'member'])
    const profile = { name: newPrivateName(), kind, title, topic }
    return { profile, people: new Map([...members, [principal, 'owner']]) }
  }
  const { name } = body
  const may = (['read', 'write'] as const).every((action) =>
    isAllowed(grants, action, name, principal),
  )
  if (isHidden(name) || !may) throw new Problem('forbidden', `You need read and write on ${name}.`)
  return { profile: { name, kind, title, topic }, people: new Map([[principal, 'owner']]) }
}

function roleIn({ grants, principal }: Caller, channel: string): MemberRole | undefined {
  return roleOf((action) => isAllowed(grants, action, channel, principal))
}

/** A channel that the caller may read. Throws `invalid-channel`, or `not-found`, whether there is one or not. */
export async function knownTo(
  caller: Caller,
  channels: Pick<ChannelTable, 'profile'>,
  name: unknown,
): Promise<{ profile: Profile; role: MemberRole }> {
  const channel = channelParameter(name)
  const role = roleIn(caller, channel)
  const profile = role && (await channels.profile(channel))
  if (profile === undefined || role === undefined) throw new Problem('not-found')
  return { profile, role }
}
