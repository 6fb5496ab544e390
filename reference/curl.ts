import type { ExampleRequest } from './requests.ts'

/** The file in which curl keeps the cookies of a session. */
const COOKIES = 'cookies.txt'

/** A request as a command for a shell, in lines. */
export function curlLines(request: ExampleRequest, origin: string): string[] {
  const { method, target, headers, body, hasCookies } = request
  const implied = body === undefined ? 'GET' : 'POST'
  return [
    `curl${method === implied ? '' : ` -X ${method}`} ${quote(origin + target)}`,
    ...(hasCookies ? [`-b ${COOKIES} -c ${COOKIES}`] : []),
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    // Lines stay lines.
    ...(body === undefined ? [] : [`--data-binary ${quote(body)}`]),
  ]
}

const VARIABLE = /(\$[A-Z_]+)/

/** For a shell, which puts the values of variables in. */
function quote(text: string): string {
  if (/^[\w.:/=-]+$/.test(text)) return text
  const parts = text.split(VARIABLE)
  if (parts.length > 1 && !/["\\`]/.test(text)) return `"${text}"`
  const quoted = parts.map((part, at) => {
    if (at % 2 === 1) return `"${part}"`
    return part === '' ? '' : `'${part.replaceAll("'", String.raw`'\''`)}'`
  })
  return quoted.join('')
}
