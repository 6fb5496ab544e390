import { expect, test } from '@jest/globals'
import { Unreachable } from './sdk/request.ts'
import { connectionLabel, countdownLabel, errorText, gapLabel, postErrorText } from './labels.ts'
import { PROBLEMS, Problem, type ProblemType } from '../contract/problem.ts'

test.each([
  [undefined, ''],
  [999, ''],
  [1_000, ''],
  [1_001, 'in 1 s'],
  [4_500, 'in 4 s'],
])('A retry at %s is counted down at 1000 ms as "%s"', (retryAt, label) => {
  expect(countdownLabel({ is: 'reconnecting', retryAt }, 1_000)).toBe(label)
})

test('A connection that does not wait has no countdown', () => {
  expect(countdownLabel({ is: 'live' }, 0)).toBe('')
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
  expect(connectionLabel({ is: 'reconnecting', retryAt: undefined })).toBe('Reconnecting')
})

test('A refused connection is called by the text of its problem, not by its type or detail', () => {
  const problem = new Problem('invalid-parameter', 'no grant')
  expect(connectionLabel({ is: 'refused', problem })).toBe('Something went wrong on our side.')
})

test('A missing grant is named by what it is needed for', () => {
  const problem = new Problem('forbidden', 'no grant')
  expect(connectionLabel({ is: 'refused', problem })).toBe('You may not read this channel.')
  expect(postErrorText(problem)).toBe('You may not write in this channel.')
  expect(postErrorText(new Problem('too-large'))).toBe('This message is too long.')
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
