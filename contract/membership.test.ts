import { describe, expect, test } from '@jest/globals'
import {
  actionsOf,
  MEMBER_ROLES,
  type MemberRole,
  mayChange,
  mayRename,
  roleOf,
} from './membership.ts'

const ALL: (MemberRole | undefined)[] = [undefined, ...MEMBER_ROLES]

test.each(MEMBER_ROLES)('The actions of a role make somebody %s', (role) => {
  expect(roleOf((action) => actionsOf(role).includes(action))).toBe(role)
})

test('Somebody who may not read has no role', () => {
  expect(roleOf(() => false)).toBeUndefined()
})

/** As `by from>to`. */
const allowed = (kind: 'public' | 'private' | 'direct', isOwn: boolean): string[] =>
  ALL.flatMap((by) =>
    ALL.flatMap((from) =>
      ALL.flatMap((to) =>
        mayChange({ kind, by, isOwn, from, to }) ? [`${by} ${from}>${to}`] : [],
      ),
    ),
  )
const by = (kind: 'private' | 'direct') => ALL.filter((role) => mayRename(kind, role))

describe('a change of members', () => {
  test('of others is for owners; moderators add and remove members', () => {
    for (const kind of ['public', 'private'] as const) {
      expect(allowed(kind, false).filter((each) => !each.startsWith('owner'))).toEqual([
        'moderator undefined>undefined',
        'moderator undefined>member',
        'moderator member>undefined',
        'moderator member>member',
      ])
      expect(allowed(kind, false).filter((each) => each.startsWith('owner'))).toHaveLength(16)
    }
  })

  test('of oneself may be to leave', () => {
    expect(allowed('private', true)).toContain('member member>undefined')
    expect(allowed('private', true)).not.toContain('member member>owner')
    expect(allowed('private', true)).not.toContain('moderator moderator>owner')
  })

  test('is not there for direct messages', () => {
    expect([...allowed('direct', true), ...allowed('direct', false)]).toEqual([])
  })
})

test('Owners and moderators rename, but no direct messages', () => {
  expect([by('private'), by('direct')]).toEqual([['owner', 'moderator'], []])
})
