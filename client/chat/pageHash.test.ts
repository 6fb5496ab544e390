import { expect, test } from '@jest/globals'
import { readHash } from './pageHash.ts'

test.each([
  ['', { is: 'channel', channel: 'lobby' }],
  ['#/rooms.berlin', { is: 'channel', channel: 'rooms.berlin' }],
  ['#/invite=x', { is: 'channel', channel: 'invite=x' }],
  ['#invite=', { is: 'channel', channel: 'invite=' }],
  ['#invite', { is: 'channel', channel: 'invite' }],
  ['#invite=aB_-9', { is: 'invitation', code: 'aB_-9' }],
  ['#signin-error=denied', { is: 'sign-in-error', failure: 'denied', request: '' }],
  [
    '#signin-error=not-valid&request=4f.2',
    { is: 'sign-in-error', failure: 'not-valid', request: '4f.2' },
  ],
  [
    '#signin-error=denied&request=Call%20this%20number',
    { is: 'sign-in-error', failure: 'denied', request: '' },
  ],
])('The hash %s asks for %j', (hash, page) => {
  expect(readHash(hash)).toEqual(page)
})
