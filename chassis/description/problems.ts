import { z } from 'zod'
import type { Operation } from './operation.ts'
import { PROBLEMS, type ProblemType } from '../../contract/problem.ts'

const TYPES = Object.keys(PROBLEMS).map((slug) => `/problems/${slug}`)

/** The body of every answer of 4xx and 5xx. */
export const ProblemDetails = z
  .strictObject({
    type: z.enum(TYPES).describe('Programs decide by it'),
    title: z.string().describe('What the type means'),
    status: z.int().min(400).max(599),
    detail: z.string().optional().describe('What it means here'),
    instance: z
      .string()
      .regex(/^\/requests\//)
      .optional()
      .describe('The request’s id, by which the operator finds it in the logs'),
    errors: z
      .array(
        z.strictObject({
          pointer: z
            .string()
            .regex(/^#/)
            .describe('A JSON pointer as a URI fragment, like `#/data`'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('Each mistake of the request'),
  })
  .meta({ id: 'Problem', description: 'Why a request has failed (RFC 9457).' })

/** Of every request: it cannot be read, is for another host, comes too often, or something broke. */
const ALWAYS: ProblemType[] = [
  'malformed-request',
  'misdirected-request',
  'rate-limited',
  'internal',
  'unavailable',
]

/** Of a request with a body. */
export const OF_BODIES: ProblemType[] = [
  'malformed-json',
  'request-timeout',
  'too-large',
  'unsupported-media-type',
  'validation-failed',
]

/** All that may come, by their statuses. */
export function problemsOf({ path, problems }: Pick<Operation, 'path' | 'problems'>) {
  const all = new Map<number, ProblemType[]>()
  // A parameter may lead elsewhere (`/channels/..`), and account need not run.
  const mayBeMissing = path.includes('{') || /^\/(account|grants)/.test(path)
  for (const type of new Set([...ALWAYS, ...problems, ...(mayBeMissing ? NOT_FOUND : [])])) {
    const { status } = PROBLEMS[type]
    all.set(status, [...(all.get(status) ?? []), type].sort())
  }
  return new Map([...all].sort(([one], [other]) => one - other))
}

const NOT_FOUND: ProblemType[] = ['not-found']
