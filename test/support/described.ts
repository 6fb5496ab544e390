import { expect } from '@jest/globals'
import type { Answer, Operation } from '../../chassis/description/operation.ts'
import { HEADERS } from '../../chassis/description/headers.ts'
import { ProblemDetails, problemsOf } from '../../chassis/description/problems.ts'
import { operations } from '../../reference/operations.ts'

/** What a service answered. */
export interface Answered {
  status: number
  headers: Headers
  text: string
}

const NDJSON = 'application/x-ndjson'

/** The operation that a request asks for; undefined if it is none. */
export function operationOf(method: string, path: string): Operation | undefined {
  return operations.find((each) => {
    const segments = each.path.split('/')
    const given = path.split('/')
    return (
      each.method === method.toLowerCase() &&
      segments.length === given.length &&
      segments.every((segment, at) => segment.startsWith('{') || segment === given[at])
    )
  })
}

/** Checks that an answer is one of those that are described, in its status, headers and body. A member that nobody described is wrong. */
export function expectDescribed(operation: Operation, { status, headers, text }: Answered): void {
  const mediaType = headers.get('content-type')?.replace(/;.*/, '')
  expect(headers.get('x-request-id')).toMatch(/^[\w.-]+$/)
  const answer = operation.answers.find((each) => each.status === status)
  if (answer === undefined) return expectProblem(operation, status, mediaType, text)
  for (const name of ['Location', 'ETag', 'Link', 'Set-Cookie'] as const) {
    if (headers.has(name)) expect([operation.id, ...namesOf(answer)]).toContain(name)
  }
  if (answer.content === undefined) return expect(text).toBe('')
  const schema = answer.content[mediaType ?? '']
  expect([operation.id, Object.keys(answer.content)]).toEqual([
    operation.id,
    expect.arrayContaining([mediaType]),
  ])
  for (const value of valuesOf(mediaType ?? '', text)) {
    expect(schema?.safeParse(value).error).toBeUndefined()
  }
}

/** What a body is made of: each event of a stream, each line of lines, or the whole. */
function valuesOf(mediaType: string, text: string): unknown[] {
  if (mediaType === 'text/event-stream') return eventsOf(text)
  if (mediaType.startsWith('text/')) return [text]
  const lines = mediaType === NDJSON ? text.split('\n').filter((line) => line !== '') : [text]
  return lines.map((line): unknown => JSON.parse(line))
}

/** By their fields. The last one may be cut off. */
function eventsOf(text: string): unknown[] {
  const blocks = text.slice(0, text.lastIndexOf('\n\n') + 1).split('\n\n')
  return blocks.map((block) => {
    const fields = block
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
    const { retry, ...others }: Record<string, string> = Object.fromEntries(fields)
    return retry === undefined ? others : { ...others, retry: Number(retry) }
  })
}

function namesOf({ headers = [] }: Answer): string[] {
  return headers.filter((name) => name in HEADERS)
}

function expectProblem(
  operation: Operation,
  status: number,
  mediaType: string | undefined,
  text: string,
): void {
  expect(mediaType).toBe('application/problem+json')
  const { type } = ProblemDetails.parse(JSON.parse(text))
  const slugs = problemsOf(operation).get(status) ?? []
  expect([operation.id, slugs]).toEqual([
    operation.id,
    expect.arrayContaining([type.replace('/problems/', '')]),
  ])
}
