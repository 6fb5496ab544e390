import type { z } from 'zod'
import type { ProblemType } from '../../contract/problem.ts'
import type { HeaderName } from './headers.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/**
 * What a request must bring. `token`: an access token, in a header or the cookie. `session`: the cookie of a session. `admin`: either.
 * `key`: an API key. With AUTH=open nothing needs a token, and there are no accounts.
 */
export type Credential = 'token' | 'session' | 'admin' | 'key' | 'none'

/** What one method of one resource takes and answers, by the schemas that read its requests. */
export interface Operation {
  /** Unique in the API: the name of a function in generated clients. */
  id: string
  method: Method
  /** With parameters in braces, `/channels/{channel}`. */
  path: string
  tag: string
  summary: string
  /** Markdown. */
  description?: string
  credential: Credential
  parameters?: Readonly<Record<string, z.ZodType>>
  query?: z.ZodObject
  headers?: Readonly<Record<string, z.ZodType>>
  /** By media types. */
  body?: Readonly<Record<string, z.ZodType>>
  answers: readonly Answer[]
  /** Those that only some operations have. */
  problems: readonly ProblemType[]
  examples: readonly Example[]
}

export interface Answer {
  status: number
  description: string
  /** By media types; undefined if it has no body. */
  content?: Readonly<Record<string, z.ZodType>>
  /** Beside those of every answer. */
  headers?: readonly HeaderName[]
}

/** A request that works as it stands, if the examples before it ran on a new log. */
export interface Example {
  /** Unique in the operation, and a part of an address. */
  name: string
  summary: string
  parameters?: Readonly<Record<string, string>>
  query?: Readonly<Record<string, string | readonly string[]>>
  headers?: Readonly<Record<string, string>>
  /** JSON, also for a form; the text of lines. */
  body?: unknown
  /** By default JSON. */
  mediaType?: string
  status: number
}
