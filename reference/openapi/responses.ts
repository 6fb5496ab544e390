import type { Answer, Operation } from '../../chassis/description/operation.ts'
import { HEADERS, type HeaderName } from '../../chassis/description/headers.ts'
import { problemsOf } from '../../chassis/description/problems.ts'
import { PROBLEMS, type ProblemType } from '../../contract/problem.ts'
import { bodyOf } from './bodies.ts'
import type { Json, Schemas } from '../schemas.ts'

/** On each answer of these statuses. */
const OF_PROBLEMS: Readonly<Record<number, HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}

/** The answers of an operation, and the problems that it shares with others, by `$ref`. `shared` collects those. */
export function responsesOf(operation: Operation, schemas: Schemas, shared: Json): Json {
  const answers = operation.answers.map((answer) => [answer.status, answerOf(answer, schemas)])
  const problems = [...problemsOf(operation)].map(([status, types]) => {
    const name = types.join('.')
    shared[name] ??= problemResponse(status, types)
    return [status, { $ref: `#/components/responses/${name}` }]
  })
  return Object.fromEntries([...answers, ...problems])
}

function answerOf({ description, content, headers = [] }: Answer, schemas: Schemas): Json {
  return {
    description,
    headers: headersOf(['X-Request-Id', ...headers]),
    ...(content && { content: bodyOf(content, (schema) => schemas.ofOutput(schema)) }),
  }
}

function problemResponse(status: number, types: readonly ProblemType[]): Json {
  const meanings = types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}.`)
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    properties: {
      type: { enum: types.map((type) => `/problems/${type}`) },
      status: { const: status },
    },
  }
  return {
    description: meanings.join('\n\n'),
    headers: headersOf(['X-Request-Id', ...(OF_PROBLEMS[status] ?? [])]),
    content: { 'application/problem+json': { schema } },
  }
}

function headersOf(names: readonly HeaderName[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

/** Always there, unlike the others. */
const ALWAYS: readonly HeaderName[] = ['X-Request-Id']

export function headerComponents(schemas: Schemas): Json {
  return Object.fromEntries(
    Object.entries(HEADERS).map(([name, each]) => {
      const { description, ...schema } = schemas.ofOutput(each)
      return [name, { description, required: ALWAYS.some((always) => always === name), schema }]
    }),
  )
}
