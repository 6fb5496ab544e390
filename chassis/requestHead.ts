/** Node's own limit. */
const MAX_BYTES = 16_384
const REQUEST_LINE =
  /^GET (\/[A-Za-z0-9\-._~/]*)\?([A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*) HTTP\/1\.1\r\n/
const HEADER = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~]*)\r\n/y
/** With one of these headers, more data follows, or another protocol. */
const NOT_ORDINARY = new Set([
  'content-length',
  'transfer-encoding',
  'trailer',
  'expect',
  'upgrade',
])

interface RequestHead<Name extends string> {
  path: string
  /** The query without its question mark. */
  search: string
  /** The headers asked for, by their names in lower case. */
  headers: { [name in Name]?: string }
}

/**
 * Reads the first packet of a connection if it is exactly one ordinary `GET` with a query. Ordinary means HTTP/1.1, printable
 * ASCII, one Host, no body, nothing after its end, and none of the named headers twice. Undefined for all others, which a full
 * parser must judge: this may refuse a good request, and must never accept a bad one.
 */
export function readRequestHead<Name extends string>(
  chunk: Buffer,
  names: readonly Name[],
): RequestHead<Name> | undefined {
  if (chunk.length > MAX_BYTES) return undefined
  const text = chunk.toString('latin1')
  const [line = '', path = '', search = ''] = REQUEST_LINE.exec(text) ?? []
  if (line === '' || !text.endsWith('\r\n\r\n')) return undefined
  const headers: { [name in Name]?: string } = {}
  let hosts = 0
  HEADER.lastIndex = line.length
  while (HEADER.lastIndex < text.length - 2) {
    const [match, field = '', value = ''] = HEADER.exec(text) ?? []
    if (match === undefined) return undefined
    const name = field.toLowerCase()
    if (NOT_ORDINARY.has(name)) return undefined
    if (name === 'host') hosts++
    const wanted = names.find((each) => each === name)
    if (wanted === undefined) continue
    if (headers[wanted] !== undefined) return undefined
    headers[wanted] = value.trim()
  }
  return hosts === 1 ? { path, search, headers } : undefined
}
