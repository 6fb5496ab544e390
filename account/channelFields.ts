import { z } from 'zod'
import { aChannel } from '../chassis/description/parameters.ts'
import { MEMBER_ROLES } from '../contract/membership.ts'
import { shownName } from './fields.ts'

/** Of one direct message, beside the one who begins it: among more, people come and go, and that is a private channel. */
const MAX_OTHERS = 7
/** That a private channel may begin with. */
const MAX_FIRST_MEMBERS = 50
const MAX_TOPIC = 256
/** What ends a line, or turns the direction of what follows. */
const LINE_ENDS = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

const topic = z
  .string('must be a string')
  .refine(
    (text) => Array.from(text).length <= MAX_TOPIC && !LINE_ENDS.test(text),
    `must be one line of at most ${MAX_TOPIC} characters`,
  )

const person = z
  .string('must be a string')
  .regex(
    /^(user|guest|service):[A-Za-z0-9_.@-]{1,64}$/,
    'must be a principal like user:bob, of a person or a service',
  )

const people = (min: number, max: number, others = '') =>
  z
    .array(person, 'must be a list')
    .min(min, 'must not be empty')
    .max(max, `must be ${max}${others} at most`)
    .refine((all) => new Set(all).size === all.length, 'must name each one once')
    .meta({ uniqueItems: true })

const profile = { title: shownName, topic: topic.default('') }

export const NewChannel = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('public'),
        name: aChannel('must be a channel'),
        ...profile,
      }),
      z.strictObject({
        kind: z.literal('private'),
        ...profile,
        members: people(0, MAX_FIRST_MEMBERS).default([]),
      }),
      z.strictObject({
        kind: z.literal('direct'),
        people: people(1, MAX_OTHERS, ' others'),
      }),
    ],
    'must be public, private or direct',
  )
  .meta({ id: 'NewChannel' })

export const NewProfile = z.strictObject(profile).meta({ id: 'NewProfile' })

export const NewRole = z.strictObject({
  role: z.enum(MEMBER_ROLES, `must be one of ${MEMBER_ROLES.join(', ')}`),
})

export const PeopleParameters = z.object({
  q: z
    .string()
    .min(1, 'expected the beginning of a name')
    .max(64, 'expected at most 64 characters')
    .describe('The beginnings of words of a name'),
})

/** Of a path: as everywhere, also if its name is impossible, a channel that one may not read is not found. */
export const memberPrincipal = person
