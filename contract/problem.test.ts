import { describe, expect, test } from '@jest/globals'
import { Problem, PROBLEMS, problemDetails } from './problem.ts'

describe('the closed list', () => {
  const entries = Object.entries(PROBLEMS)

  test.each(entries)(
    'has a slug, an error status and a title for %s',
    (slug, { status, title }) => {
      expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(title).toMatch(/^[A-Z].*[^.]$/)
    },
  )

  test('says that a retry may succeed exactly for 408, 429 and 503', () => {
    for (const [, { status, retry }] of entries)
      expect(retry).toBe([408, 429, 503].includes(status))
  })
})

describe('a problem', () => {
  test('is sent with all its members', () => {
    const errors = [{ pointer: '#/data', detail: 'required' }]
    const problem = new Problem('validation-failed', 'Look again.', { errors })
    expect(problemDetails(problem, 'r1')).toEqual({
      type: '/problems/validation-failed',
      title: 'The body is not valid',
      status: 422,
      detail: 'Look again.',
      instance: '/requests/r1',
      errors,
    })
  })

  test('is sent without members that have no value', () => {
    expect(problemDetails(new Problem('overloaded'))).toEqual({
      type: '/problems/overloaded',
      title: 'Too many requests are waiting; try again soon',
      status: 503,
    })
  })

  test('keeps its cause for the log and does not send it', () => {
    const problem = new Problem('internal', undefined, { cause: new Error('password') })
    expect(problem).toBeInstanceOf(Error)
    expect(problem.cause).toMatchObject({ message: 'password' })
    expect(JSON.stringify(problemDetails(problem, 'r1'))).not.toContain('password')
  })
})
