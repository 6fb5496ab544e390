import { describe, expect, test } from '@jest/globals'
import { providers } from './providerSettings.ts'

const least = {
  id: 'corp',
  name: 'Corp',
  issuer: 'https://login.corp.example',
  clientId: 'causeway',
}

function mistakes(list: unknown): string[] {
  const text = typeof list === 'string' ? list : JSON.stringify(list)
  return providers.safeParse(text).error?.issues.map(({ message }) => message) ?? []
}

test('no text means no providers', () => {
  expect(providers.parse(undefined)).toEqual([])
})

test('a provider needs an id, a name, an issuer and a client', () => {
  expect(providers.parse(JSON.stringify([least]))).toEqual([
    { ...least, scopes: ['openid', 'profile'], nameClaim: 'name' },
  ])
  expect(mistakes([{}]).map((each) => each.split(':')[1]?.trim())).toEqual([
    'id',
    'name',
    'issuer',
    'clientId',
  ])
})

test.each([
  'https://login.corp.example/realms/main',
  'http://127.0.0.1:3000',
  'http://localhost:3000/',
  'http://[::1]:3000',
])('the issuer %s is accepted', (issuer) => {
  expect(mistakes([{ ...least, issuer }])).toEqual([])
})

test.each([
  'http://login.corp.example',
  'http://127.0.0.1.evil.example',
  'http://localhost.evil.example',
  'https://user:secret@login.corp.example',
  'https://login.corp.example/?a=b',
  'https://login.corp.example/#a',
  'ftp://127.0.0.1',
  'corp',
])('the issuer %s is refused', (issuer) => {
  expect(mistakes([{ ...least, issuer }])).toEqual([
    '0: issuer: expected an https:// address; http:// only for loopback',
  ])
})

describe('the way in which account proves itself', () => {
  const clientSecret = 's'
  const clientKey = { kty: 'EC', alg: 'ES256', d: 'd', x: 'x', y: 'y', crv: 'P-256' }
  test.each([
    [{}],
    [{ clientSecret }],
    [{ clientKey }],
    [{ clientSecret, clientAuthentication: 'basic' }],
    [{ clientSecret, clientAuthentication: 'post' }],
    [{ clientKey, clientAuthentication: 'private_key_jwt' }],
    [{ clientAuthentication: 'none' }],
  ])('%j is accepted', (more) => {
    expect(mistakes([{ ...least, ...more }])).toEqual([])
  })

  test.each([
    [{ clientSecret, clientKey }],
    [{ clientAuthentication: 'basic' }],
    [{ clientAuthentication: 'private_key_jwt' }],
    [{ clientKey, clientAuthentication: 'post' }],
    [{ clientSecret, clientAuthentication: 'private_key_jwt' }],
    [{ clientSecret, clientAuthentication: 'none' }],
    [{ clientKey, clientAuthentication: 'none' }],
  ])('%j is refused', (more) => {
    expect(mistakes([{ ...least, ...more }])).toEqual([
      expect.stringMatching(/^0: clientAuthentication: /),
    ])
  })
})

test.each([
  ['an id twice', [least, least]],
  ['an id with other characters', [{ ...least, id: 'Corp' }]],
  ['an id with a double hyphen', [{ ...least, id: 'a--b' }]],
  ['scopes without openid', [{ ...least, scopes: ['profile'] }]],
  ['a group that no grant can name', [{ ...least, groupMapping: { a: 'b c' } }]],
  ['a field that does not exist', [{ ...least, groups: 'groups' }]],
  ['an object', least],
  ['no JSON', '[{'],
])('%s is refused', (_what, list) => {
  expect(mistakes(list)).toHaveLength(1)
})

test('no mistake repeats a secret', () => {
  const clientSecret = 'hunter2hunter2'
  const all = [
    mistakes(`[{"clientSecret":"${clientSecret}"`),
    mistakes([{ ...least, clientSecret, clientAuthentication: 'none' }]),
    mistakes([{ ...least, clientSecret: [clientSecret], clientKey: clientSecret }]),
    mistakes([{ ...least, clientKey: { d: clientSecret } }]),
  ].flat()
  expect(all.length).toBeGreaterThan(3)
  expect(all.filter((message) => message.includes(clientSecret))).toEqual([])
})
