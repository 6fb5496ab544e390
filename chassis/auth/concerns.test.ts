import { expect, test } from '@jest/globals'
import type { AccessRow } from '../../contract/access.ts'
import { ACTIONS } from '../../contract/grants.ts'
import { Random } from '../../test/model/random.ts'
import { testIdentity } from '../../test/support/testIdentity.ts'
import { AccessTable } from './accessTable.ts'
import { concernsOf } from './concerns.ts'

const random = new Random(7)
const NAMES = ['a', 'b', 'user:a', 'session:a', '*']
const KINDS = ['user:', 'guest:', 'group:', 'session:', 'token:']
const pick = <T>(list: readonly T[]): T => random.pick(list)
const some = (): string[] => NAMES.filter(() => random.chance(0.3))

const identities = Array.from({ length: 50 }, () =>
  testIdentity(`${pick(['user:', 'guest:'])}${pick(['a', 'b'])}`, {
    groups: some(),
    tokenId: pick(NAMES),
    ...(random.chance(0.5) ? { session: pick(NAMES) } : {}),
  }),
)

function randomRow(): AccessRow {
  const subject = pick(KINDS) + pick(NAMES)
  if (random.chance(0.5))
    return { kind: 'revocation', subject, notBefore: Infinity, until: Infinity }
  return {
    kind: 'grant',
    subject,
    pattern: pick(['x', 'y', '**']),
    actions: ACTIONS.filter(() => random.chance(0.4)),
  }
}

test('Whoever is allowed something else after a change is concerned by it, in 2,000 random changes', () => {
  const table = new AccessTable()
  const look = (): string[] =>
    identities.map((identity) =>
      [
        table.isRevoked(identity, 0),
        ...['x', 'y', 'z'].flatMap((channel) =>
          ACTIONS.map((action) => table.allows(identity, action, channel)),
        ),
      ].join(),
    )
  let unconcerned = 0
  for (let round = 0; round < 2_000; round++) {
    const before = look()
    const rows = Array.from({ length: 1 + (round % 3) }, randomRow)
    for (const row of rows) table.apply(row)
    // Revocations are for ever here: without an end nothing would be left to change.
    table.prune(round % 10 === 0 ? Infinity : 0)
    if (round % 10 === 0) continue
    const after = look()
    const concerns = concernsOf(rows.map(({ subject }) => subject))
    for (const [at, identity] of identities.entries()) {
      const isConcerned = concerns(identity)
      expect(isConcerned || after[at] === before[at]).toBe(true)
      if (!isConcerned) unconcerned++
    }
  }
  // Most changes leave most alone.
  expect(unconcerned).toBeGreaterThan(30_000)
})
