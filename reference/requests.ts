import type { Example, Operation } from '../chassis/description/operation.ts'

/** An example as the request that it is. Words like `$TOKEN` stand for what only its sender knows. */
export interface ExampleRequest {
  method: string
  /** The path and the query. */
  target: string
  headers: Record<string, string>
  body?: string
  /** It needs the cookies of a session, or gets some. */
  hasCookies: boolean
}

const BEARERS = { token: '$TOKEN', admin: '$TOKEN', key: '$API_KEY', session: '', none: '' }

export function requestOf(operation: Operation, example: Example): ExampleRequest {
  const { method, path, credential, answers } = operation
  const { parameters = {}, query = {}, headers = {}, mediaType = 'application/json' } = example
  const search = new URLSearchParams()
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) search.append(name, value)
  }
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodePath(parameters[name] ?? ''))
  const bearer = BEARERS[credential]
  const sets = answers.some((answer) => answer.headers?.includes('Set-Cookie'))
  return {
    method: method.toUpperCase(),
    target: search.size === 0 ? filled : `${filled}?${search.toString()}`,
    headers: {
      ...(bearer !== '' && { Authorization: `Bearer ${bearer}` }),
      ...(example.body !== undefined && { 'Content-Type': mediaType }),
      ...headers,
    },
    ...(example.body !== undefined && { body: textOf(example.body, mediaType) }),
    hasCookies: credential === 'session' || sets,
  }
}

function textOf(body: unknown, mediaType: string): string {
  if (mediaType === FORM) return new URLSearchParams(Object(body)).toString()
  return typeof body === 'string' ? body : JSON.stringify(body)
}

const FORM = 'application/x-www-form-urlencoded'

/** A colon needs no escape in a path, and principals have one; a variable of the shell neither. */
function encodePath(text: string): string {
  return encodeURIComponent(text).replaceAll('%3A', ':').replaceAll('%24', '$')
}
