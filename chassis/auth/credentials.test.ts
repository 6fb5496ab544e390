import { expect, test } from '@jest/globals'
import { cookieNames, readCookie, readCredentials } from './credentials.ts'

const NAME = '__Host-causeway-access'

test.each([
  [{}, undefined],
  [{ authorization: 'Bearer abc' }, { token: 'abc', by: 'header' }],
  [{ authorization: 'bearer  abc ' }, { token: 'abc', by: 'header' }],
  [{ authorization: ['Bearer abc'] }, { token: 'abc', by: 'header' }],
  // A token that is none, and not the lack of one.
  [{ authorization: 'Bearer' }, { token: '', by: 'header' }],
  [
    { authorization: 'Bearer ', cookie: `${NAME}=c` },
    { token: '', by: 'header' },
  ],
  [{ authorization: 'Basic YTpi' }, undefined],
  [
    { authorization: 'Basic YTpi', cookie: `${NAME}=c` },
    { token: 'c', by: 'cookie' },
  ],
  [{ authorization: 'Bearerabc' }, undefined],
  [{ authorization: 'Bearer a b' }, undefined],
  [{ cookie: `${NAME}=c` }, { token: 'c', by: 'cookie' }],
  [{ cookie: `a=b; ${NAME}=c.d.e;f=g` }, { token: 'c.d.e', by: 'cookie' }],
  [{ cookie: `x${NAME}=c; causeway-access=d; ${NAME.toLowerCase()}=e` }, undefined],
  [{ cookie: NAME }, undefined],
  [
    { authorization: 'Bearer abc', cookie: `${NAME}=c` },
    { token: 'abc', by: 'header' },
  ],
])('The headers %j bring %j', (headers, credentials) => {
  expect(readCredentials(headers, NAME)).toEqual(credentials)
})

test('The first of several cookies with one name counts', () => {
  expect(readCookie('a=1; a=2', 'a')).toBe('1')
})

test('Only cookies for TLS have the prefix that keeps other hosts from setting them', () => {
  expect([cookieNames(true), cookieNames(false)]).toEqual([
    { access: '__Host-causeway-access', session: '__Host-causeway-session' },
    { access: 'causeway-access', session: 'causeway-session' },
  ])
})
