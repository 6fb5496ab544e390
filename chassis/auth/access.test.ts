import { expect, test } from '@jest/globals'
import type { AccessRow } from '../../contract/access.ts'
import { alice, bob, settle, TestAccess } from '../../test/support/testAccess.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { Access } from './access.ts'

const reads = (subject: string): AccessRow => ({
  kind: 'grant',
  subject,
  pattern: 'a',
  actions: ['read'],
})
const removed = (subject: string): AccessRow => ({
  kind: 'grant',
  subject,
  pattern: 'a',
  actions: [],
})
const banned = (subject: string): AccessRow => ({
  kind: 'revocation',
  subject,
  notBefore: Infinity,
  until: Infinity,
})

test('A service is blind until it has read the table, and reads it at once', async () => {
  const run = new TestAccess(reads('user:alice'))
  expect([run.access.isBlind, run.access.wasRead]).toEqual([true, false])
  await settle()
  expect([run.access.isBlind, run.access.wasRead, run.readers]).toEqual([
    false,
    true,
    ['user:alice'],
  ])
})

test('A change counts half a second later, and tells only whom it concerns', async () => {
  const run = new TestAccess(reads('user:alice'))
  await settle()
  run.put(reads('user:bob'))
  await run.pass(500)
  expect(run.readers).toEqual(['user:alice', 'user:bob'])
  run.put(removed('user:alice'))
  run.put(banned('session:none'))
  await run.pass(500)
  run.put(banned('user:bob'))
  await run.pass(1_000)
  expect(run.readers).toEqual(['user:bob'])
  expect([run.access.refusal(alice), run.access.refusal(bob)]).toEqual([undefined, 'revoked'])
  expect([alice, bob].map((each) => run.access.isShutOut(each, 'read', 'a'))).toEqual([true, true])
  // The first: the whole table was read.
  expect(run.changes).toEqual([
    ['user:alice', 'user:bob'],
    ['user:bob'],
    ['user:alice'],
    ['user:bob'],
  ])
})

test('A table of more rows than one read has is read in several', async () => {
  const run = new TestAccess(
    ...Array.from({ length: 2_500 }, (_, at) => reads(`user:u${at}`)),
    reads('user:bob'),
  )
  for (let page = 0; page < 3; page++) await settle()
  expect([run.readers, run.reads, run.access.rows]).toEqual([
    ['user:bob'],
    [0, 1_000, 2_000],
    2_501,
  ])
})

test('A service is blind after 30 s without a good read, and not any more after the next', async () => {
  const run = new TestAccess(reads('user:alice'))
  await settle()
  run.isAway = true
  await run.pass(30_000)
  expect([run.access.isBlind, run.readers]).toEqual([false, ['user:alice']])
  await run.pass(500)
  expect([run.access.isBlind, run.access.age, run.errors]).toEqual([true, 30_500, 61])
  run.isAway = false
  await run.pass(500)
  expect([run.access.isBlind, run.access.age]).toEqual([false, 0])
})

test('After a failed read the whole table is read, because another one may stand there', async () => {
  const run = new TestAccess(reads('user:alice'), reads('user:x'))
  await settle()
  run.isAway = true
  await run.pass(500)
  // A standby took over that lacks the grant to alice, and gave its number to another one.
  run.isAway = false
  run.rows = []
  run.head = 0
  for (const subject of ['user:bob', 'user:y', 'user:z']) run.put(reads(subject))
  await run.pass(500)
  expect([run.readers, run.access.rows]).toEqual([['user:bob'], 3])
  expect(run.changes.at(-1)).toEqual(['user:alice', 'user:bob'])
})

test('A table whose head went back is read as a whole', async () => {
  const run = new TestAccess(reads('user:alice'), reads('user:x'))
  await settle()
  run.rows = []
  run.head = 0
  run.put(reads('user:bob'))
  await run.pass(500)
  expect([run.readers, run.access.rows]).toEqual([['user:bob'], 1])
})

test('After half an hour without a read the whole table is read: rows may have been deleted', async () => {
  const run = new TestAccess(reads('user:alice'))
  await settle()
  run.clock.hold(1_800_001)
  run.rows = []
  await run.pass(500)
  expect(run.readers).toEqual([])
})

test('Whoever catches up has all that was there before, also if a read is under way, and all share one', async () => {
  const run = new TestAccess(reads('user:alice'))
  // The first read has begun, and does not see bob.
  run.put(reads('user:bob'))
  const caught = [run.access.catchUp(), run.access.catchUp(), run.access.catchUp()]
  expect(await Promise.all(caught)).toEqual([true, true, true])
  expect([run.readers, run.reads]).toEqual([
    ['user:alice', 'user:bob'],
    [0, 1],
  ])
  run.put(removed('user:alice'))
  expect([await run.access.catchUp(), run.readers]).toEqual([true, ['user:bob']])
  run.isAway = true
  expect(await run.access.catchUp()).toBe(false)
  run.isAway = false
  await run.pass(500)
  expect([await run.access.catchUp(), run.readers]).toEqual([true, ['user:bob']])
})

test('Whoever requires a read waits for the first, and for no other', async () => {
  const run = new TestAccess(reads('user:alice'))
  await run.access.requireRead()
  expect([run.readers, run.reads]).toEqual([['user:alice'], [0]])
  run.isAway = true
  await run.access.requireRead()
  expect(run.reads).toEqual([0])
  const never = new Access({
    changes: () => Promise.reject(new Error('Postgres is away')),
    clock: new VirtualClock(),
    now: Date.now,
    onError: () => {},
  })
  await expect(never.requireRead()).rejects.toMatchObject({ type: 'unavailable' })
})

test('A read that hangs is waited for, and none is begun beside it', async () => {
  const clock = new VirtualClock()
  let begun = 0
  const access = new Access({
    changes: () => new Promise(() => void begun++),
    clock,
    now: clock.now,
    onError: () => {},
  })
  access.start()
  clock.pass(10_000)
  expect([begun, access.isBlind]).toEqual([1, true])
})

test('Revocations that are over are forgotten within a minute', async () => {
  const run = new TestAccess({
    kind: 'revocation',
    subject: 'token:t',
    notBefore: Infinity,
    until: 10_000,
  })
  await settle()
  expect(run.access.rows).toBe(1)
  await run.pass(60_000)
  expect(run.access.rows).toBe(0)
})

test('Who has no grant is told for which channels', async () => {
  const run = new TestAccess(reads('user:alice'))
  await settle()
  expect(() => run.access.require(alice, 'read', ['a'])).not.toThrow()
  expect(() => run.access.require(alice, 'read', ['a', 'b', 'c'])).toThrow('No grant to read b, c.')
  expect(run.access.denial(alice, 'read', ['a', 'b'])).toBe('forbidden')
  run.put(banned('user:alice'))
  await run.pass(500)
  expect(run.access.denial(alice, 'read', ['a'])).toBe('revoked')
})

test('A stopped copy reads no more', async () => {
  const run = new TestAccess()
  await settle()
  run.stop()
  await run.pass(5_000)
  expect(run.reads).toEqual([0])
})
