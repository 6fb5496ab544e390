import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { ownSegment, parsePrincipal } from '../contract/principal.ts'
import { localPrincipal, providedPrincipal } from './principals.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 30)

describe('the principal of a local account', () => {
  test.each([
    ['Alice', 'user:alice'],
    ['a', 'user:a'],
    ['mary-ann_2', 'user:mary-ann_2'],
    ['x'.repeat(32), `user:${'x'.repeat(32)}`],
  ])('%s is %s', (name, principal) => {
    expect(localPrincipal(name)).toBe(principal)
  })

  test.each(['', '-', 'a-', '-a', 'a--b', 'a b', 'a.b', 'a@b', 'ä', 'İ', 'x'.repeat(33), 'a\n'])(
    'nobody is "%s"',
    (name) => {
      expect(localPrincipal(name)).toBeUndefined()
    },
  )
})

describe('the principal of a person whom a provider vouches for', () => {
  const provider = 'a-very-long-provider-identity-32'
  test.each([
    ['alice', 'user:corp--alice'],
    ['mary-ann', 'user:corp--mary-ann'],
    ['108234567890123456789', 'user:corp--108234567890123456789'],
    ['Alice', 'user:corp--Alice'],
    ['a--b', `user:corp--${hash('a--b')}`],
    ['-a', `user:corp--${hash('-a')}`],
    ['auth0|5f7c8ec7c33c6c004bbafe82', `user:corp--${hash('auth0|5f7c8ec7c33c6c004bbafe82')}`],
    ['f'.repeat(30), `user:corp--${hash('f'.repeat(30))}`],
  ])('with the subject %s is %s', (subject, principal) => {
    expect(providedPrincipal('corp', subject)).toBe(principal)
  })

  test('is never that of a local account or of another provider, and always has channels of its own', () => {
    const subjects = ['b', 'b--c', '-b', 'c', 'b-', '', hash('b--c'), 'ü', 'x'.repeat(255)]
    const all = ['a', 'a--b', 'a-', provider].flatMap((each) =>
      subjects.map((subject) => providedPrincipal(each, subject)),
    )
    expect(new Set(all).size).toBe(all.length)
    for (const principal of all) {
      expect(localPrincipal(principal.slice('user:'.length))).toBeUndefined()
      expect([parsePrincipal(principal), ownSegment(principal)]).not.toContain(undefined)
    }
  })
})
