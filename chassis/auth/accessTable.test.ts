import { expect, test } from '@jest/globals'
import type { AccessRow } from '../../contract/access.ts'
import type { Action } from '../../contract/grants.ts'
import { AccessTable } from './accessTable.ts'
import { testIdentity } from '../../test/support/testIdentity.ts'

const grant = (subject: string, pattern: string, ...actions: Action[]): AccessRow => ({
  kind: 'grant',
  subject,
  pattern,
  actions,
})

function tableOf(...rows: AccessRow[]): AccessTable {
  const table = new AccessTable()
  for (const row of rows) table.apply(row)
  return table
}

const alice = testIdentity('user:alice', { groups: ['staff'], session: 's1', tokenId: 't1' })

test.each([
  ['nobody', [], false],
  ['the principal', [grant('user:alice', 'rooms.*', 'read')], true],
  ['one channel of the principal', [grant('user:alice', 'rooms.a', 'read')], true],
  ['another channel of the principal', [grant('user:alice', 'rooms.b', 'read')], false],
  ['all of the kind', [grant('user:*', '**', 'read')], true],
  ['all of another kind', [grant('guest:*', '**', 'read')], false],
  ['a group', [grant('group:staff', '**', 'read')], true],
  ['another group', [grant('group:board', '**', 'read')], false],
  ['somebody else', [grant('user:bob', '**', 'read')], false],
  ['the principal, for another action', [grant('user:alice', '**', 'write', 'admin')], false],
])('A grant to %s lets the principal read: %#', (_whom, rows, isAllowed) => {
  expect(tableOf(...rows).allows(alice, 'read', 'rooms.a')).toBe(isAllowed)
})

test('A grant in the token counts as one in the table', () => {
  const identity = testIdentity('user:alice', { grants: [{ pattern: 'x.**', actions: ['write'] }] })
  const table = new AccessTable()
  expect(table.allows(identity, 'write', 'x.y')).toBe(true)
  expect(table.allows(identity, 'read', 'x.y')).toBe(false)
})

test('A principal has its own channels by {sub}', () => {
  const table = tableOf(grant('user:*', 'inbox.{sub}', 'read'))
  expect(table.allows(alice, 'read', 'inbox.user-alice')).toBe(true)
  expect(table.allows(alice, 'read', 'inbox.user-bob')).toBe(false)
})

test('A row replaces the one before it, and a row without actions takes the grant away', () => {
  const table = tableOf(grant('user:alice', 'a', 'read'), grant('user:alice', 'b.*', 'read'))
  expect(table.rows).toBe(2)
  table.apply(grant('user:alice', 'a', 'write'))
  expect([table.allows(alice, 'read', 'a'), table.allows(alice, 'write', 'a')]).toEqual([
    false,
    true,
  ])
  for (const pattern of ['a', 'b.*', 'never']) table.apply(grant('user:alice', pattern))
  expect([table.allows(alice, 'write', 'a'), table.allows(alice, 'read', 'b.c')]).toEqual([
    false,
    false,
  ])
  expect(table.rows).toBe(0)
})

test.each([
  ['its principal', 'user:alice', true],
  ['its session', 'session:s1', true],
  ['itself', 'token:t1', true],
  ['another principal', 'user:alic', false],
  ['another session', 'session:s2', false],
  ['a session by the name of the token', 'session:t1', false],
  ['another token', 'token:t2', false],
])('A revocation of %s ends a token: %#', (_what, subject, isRevoked) => {
  const row: AccessRow = { kind: 'revocation', subject, notBefore: Infinity, until: Infinity }
  expect(tableOf(row).isRevoked(alice, 0)).toBe(isRevoked)
})

test('A revocation ends the tokens that were issued before it, and none after it is over', () => {
  const table = tableOf({
    kind: 'revocation',
    subject: 'user:alice',
    notBefore: 5_000,
    until: 9_000,
  })
  const before = testIdentity('user:alice', { issuedAt: 4_999 })
  const after = testIdentity('user:alice', { issuedAt: 5_000 })
  expect(table.isRevoked(before, 8_999)).toBe(true)
  expect(table.isRevoked(after, 8_999)).toBe(false)
  expect(table.isRevoked(before, 9_000)).toBe(false)
  table.prune(8_999)
  expect(table.rows).toBe(1)
  table.prune(9_000)
  expect(table.rows).toBe(0)
})
