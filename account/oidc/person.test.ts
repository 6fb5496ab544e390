import { expect, test } from '@jest/globals'
import { isIncomplete, personOf } from './person.ts'
import { type ProviderSettings, providers } from './providerSettings.ts'

function settings(more: Record<string, unknown> = {}): ProviderSettings {
  const least = {
    id: 'corp',
    name: 'Corp',
    issuer: 'https://login.corp.example',
    clientId: 'causeway',
  }
  const [first] = providers.parse(JSON.stringify([{ ...least, ...more }]))
  if (first === undefined) throw new Error('no provider')
  return first
}

const claims = { sub: 's1', name: 'Ada', email: 'ada@corp.example', groups: ['a', 'b'], sid: 'p1' }

test('a person is known by the subject, whatever name or e-mail the provider tells', () => {
  expect(personOf(claims, settings())).toEqual({
    provider: 'corp',
    subject: 's1',
    name: 'Ada',
    groups: [],
    sid: 'p1',
  })
})

test('a name that is no text, or a session that is none, is left out', () => {
  const person = personOf({ sub: 's1', name: { first: 'Ada' }, sid: 7 }, settings())
  expect([person.name, person.sid]).toEqual(['', undefined])
})

test('without a mapping the groups are those of the provider that grants can name, each once', () => {
  const groups = ['staff', 'staff', '/staff', 'two words', 5, null, 'group:staff', 'ops@corp']
  const person = personOf({ ...claims, groups }, settings({ groupsClaim: 'groups' }))
  expect(person.groups).toEqual(['staff', 'ops@corp'])
})

test('a mapping names all groups that a person can have', () => {
  const groupMapping = { '/staff': 'employees', ops: 'employees', 'an id': 'admins' }
  const groups = ['/staff', 'ops', 'employees', 'admins', 'constructor', '__proto__', 'toString']
  const more = { groupsClaim: 'groups', groupMapping }
  expect(personOf({ ...claims, groups }, settings(more)).groups).toEqual(['employees'])
})

test('a claim with one text is one group', () => {
  const person = personOf({ ...claims, role: 'staff' }, settings({ groupsClaim: 'role' }))
  expect(person.groups).toEqual(['staff'])
})

test('a person has at most 32 groups, because a cookie must hold their token', () => {
  const groups = Array.from({ length: 100 }, (_, index) => `g${index}`)
  const person = personOf({ ...claims, groups }, settings({ groupsClaim: 'groups' }))
  expect(person.groups).toEqual(groups.slice(0, 32))
})

test('UserInfo is asked only for a claim that is wanted and missing', () => {
  expect(isIncomplete({ name: 'Ada' }, settings())).toBe(false)
  expect(isIncomplete({}, settings())).toBe(true)
  expect(isIncomplete({ name: 'Ada' }, settings({ groupsClaim: 'groups' }))).toBe(true)
  expect(isIncomplete({ nick: 'Ada' }, settings({ nameClaim: 'nick' }))).toBe(false)
})
