import { expect, test } from '@jest/globals'
import { Unreachable } from '../sdk/request.ts'
import {
  connectionLabel,
  connectionReason,
  countdownLabel,
  errorText,
  failureText,
  gapLabel,
} from './labels.ts'
import { PROBLEMS, Problem, type ProblemType } from '../../contract/problem.ts'

test.each([
  [-1, ''],
  [0, ''],
  [1, 'in 1 s'],
  [3_500, 'in 4 s'],
])('A retry in %s ms is counted down as "%s"', (leftMs, label) => {
  expect(countdownLabel(leftMs)).toBe(label)
})

test('A connection says why it is so, if there is something to say', () => {
  expect(connectionReason({ is: 'live' })).toBe('')
  expect(connectionReason({ is: 'reconnecting', reason: 'broken' })).toBe('The connection broke.')
  expect(connectionReason({ is: 'live', reason: 'held-back' })).toMatch(/repeated questions/)
  expect(connectionReason({ is: 'offline' })).toMatch(/is kept, and sent when/)
})

test('A connection by polls is called slow', () => {
  expect(connectionLabel({ is: 'live', reason: 'held-back' })).toBe('Connected the slow way')
})

test.each([
  ['connecting', 'Connecting'],
  ['live', 'Connected'],
  ['offline', 'You are offline'],
  ['closed', 'Closed'],
] as const)('A connection that is %s is called "%s"', (is, label) => {
  expect(connectionLabel({ is })).toBe(label)
})

test('A connection that reconnects is called so', () => {
  expect(connectionLabel({ is: 'reconnecting', retryInMs: 3 })).toBe('Reconnecting')
})

test('A refused connection is called by the text of its problem, not by its type or detail', () => {
  const problem = new Problem('invalid-parameter', 'no grant')
  expect(connectionLabel({ is: 'refused', problem })).toBe('Something went wrong on our side.')
})

test('A missing grant is named by what it is needed for', () => {
  const problem = new Problem('forbidden', 'no grant')
  expect(connectionLabel({ is: 'refused', problem })).toBe('You may not read this channel.')
  expect(failureText('forbidden')).toBe('You may not write in this channel.')
  expect(failureText('too-large')).toBe('This message is too long.')
})

// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const types = Object.keys(PROBLEMS) as ProblemType[]

test.each([...types.map((type) => new Problem(type)), new Unreachable('cut'), new Error('a bug')])(
  '%s has a sentence for people',
  (error) => {
    expect(errorText(error)).toMatch(/^[A-Z].*\.$/)
  },
)

const invites = (error: unknown) => /[Tt]ry(ing)? again/.test(errorText(error))

test('A person may try again after exactly those problems that may pass, and without an answer', () => {
  expect(types.filter((type) => invites(new Problem(type)))).toEqual(
    types.filter((type) => PROBLEMS[type].retry),
  )
  expect([invites(new Unreachable('cut')), invites(new Error('a bug'))]).toEqual([true, false])
})

test('A gap says whether messages were lost or are no longer kept', () => {
  const gap = { channel: 'lobby', after: 1, before: 3 }
  expect(gapLabel({ ...gap, reason: 'retention' })).toMatch('no longer kept')
  expect(gapLabel({ ...gap, reason: 'lost' })).toMatch('could not be recovered')
})
