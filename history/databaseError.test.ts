import { describe, expect, test } from '@jest/globals'
import { Problem, problemDetails } from '../contract/problem.ts'
import { databaseProblem } from './databaseError.ts'

const typeOf = (error: unknown): string => databaseProblem(error).type

/** As Prisma reports a failed raw query. */
function rawQueryError(code: string, message = 'no matter'): Error {
  const cause = {
    kind: 'postgres',
    originalCode: code,
    originalMessage: message,
    severity: 'ERROR',
  }
  return Object.assign(new Error(`Raw query failed. Code: \`${code}\`. Message: \`${message}\``), {
    code: 'P2010',
    meta: { driverAdapterError: Object.assign(new Error('postgres'), { cause }) },
  })
}

const BY_CODE: [code: string, type: string, meaning: string][] = [
  ['08006', 'outcome-unknown', 'connection failure'],
  ['57P01', 'outcome-unknown', 'ended by an administrator'],
  ['57P02', 'outcome-unknown', 'ended by the crash of another session'],
  ['57P03', 'unavailable', 'starting up or shutting down'],
  ['57014', 'unavailable', 'statement time-out'],
  ['55P03', 'unavailable', 'lock time-out'],
  ['25006', 'unavailable', 'read only, for it is a standby now'],
  ['53100', 'unavailable', 'disk full'],
  ['53300', 'unavailable', 'too many connections'],
  ['40001', 'unavailable', 'serialization failure'],
  ['40P01', 'unavailable', 'deadlock'],
  ['22P02', 'internal', 'not a value of the type'],
  ['23505', 'internal', 'unique violation'],
  ['42P01', 'internal', 'no such table'],
  ['P0002', 'internal', 'no such log'],
  ['XX000', 'internal', 'internal error of Postgres'],
]

describe('a code of Postgres', () => {
  test.each(BY_CODE)('%s means %s: %s', (code, type, _meaning) => {
    expect(typeOf(rawQueryError(code))).toBe(type)
    expect(typeOf(Object.assign(new Error('x'), { code }))).toBe(type)
    expect(typeOf(new Error('x', { cause: new Error('y', { cause: { code } }) }))).toBe(type)
  })

  test('decides, not a text that may quote a message', () => {
    const quoted = 'invalid input syntax for type json: Token "ECONNREFUSED ECONNRESET" is invalid.'
    expect(typeOf(rawQueryError('22P02', quoted))).toBe('internal')
  })
})

describe('a failure without a code of Postgres', () => {
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:5432', 'unavailable'],
    ['getaddrinfo ENOTFOUND db', 'unavailable'],
    ['getaddrinfo EAI_AGAIN db', 'unavailable'],
    ['connect EHOSTUNREACH 10.0.0.1:5432', 'unavailable'],
    ['timeout exceeded when trying to connect', 'unavailable'],
    ['Connection terminated unexpectedly', 'outcome-unknown'],
    ['Connection terminated due to connection timeout', 'unavailable'],
    ['read ECONNRESET', 'outcome-unknown'],
    ['write EPIPE', 'outcome-unknown'],
    ['Query read timeout', 'outcome-unknown'],
    ['Client has encountered a connection error and is not queryable', 'outcome-unknown'],
    ['something else', 'internal'],
  ])('%j is %s', (message, type) => {
    expect(typeOf(new Error(message))).toBe(type)
    expect(typeOf(new Error('outer', { cause: new Error(message) }))).toBe(type)
  })

  test.each([
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'outcome-unknown'],
    ['EPIPE', 'outcome-unknown'],
    ['P1001', 'unavailable'],
    ['P1017', 'outcome-unknown'],
    ['P2025', 'internal'],
  ])('with code %s is %s', (code, type) => {
    expect(typeOf(Object.assign(new Error('x'), { code }))).toBe(type)
  })

  test.each([undefined, null, 'text', 7, {}, []])('%j is internal', (error) => {
    expect(typeOf(error)).toBe('internal')
  })

  test('that is its own cause can be classified', () => {
    const error = new Error('x')
    error.cause = error
    expect(typeOf(error)).toBe('internal')
  })
})

test('a problem stays as it is', () => {
  const problem = new Problem('overloaded')
  expect(databaseProblem(problem)).toBe(problem)
})

test('the caller learns nothing about the database', () => {
  const problem = databaseProblem(new Error('connect ECONNREFUSED 10.0.0.1:5432'))
  expect(JSON.stringify(problemDetails(problem))).not.toContain('10.0.0.1')
})
