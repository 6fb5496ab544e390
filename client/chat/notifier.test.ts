import { expect, test } from '@jest/globals'
import { aMessage } from '../sdk/messageFixture.ts'
import { isWished } from './notifier.ts'

const me = { id: 'user:alice', name: 'Alice' }
const says = (text: string, more = {}) =>
  aMessage({ position: 1, text, sender: { id: 'user:bob', name: 'Bob' }, ...more })

test.each([
  ['nothing', 'none', says('hi @alice'), true, false],
  ['a mention', 'mentions', says('hi @Alice, all well?'), false, true],
  ['somebody whose handle begins so', 'mentions', says('hi @alice2'), false, false],
  ['a direct message', 'mentions', says('hi'), true, true],
  ['another message', 'mentions', says('hi'), false, false],
  ['any message', 'all', says('hi'), false, true],
  ['a reply', 'all', says('hi', { about: { position: 1, as: 'reply' } }), false, true],
  ['a reaction', 'all', says('hi', { about: { position: 1, as: 'reaction' } }), true, false],
] as const)(
  'Of %s a person who wishes for %s is told, or not',
  (_what, wish, message, direct, told) => {
    expect(isWished(wish, message, direct, me)).toBe(told)
  },
)
