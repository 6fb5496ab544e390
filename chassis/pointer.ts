/** A JSON pointer (RFC 6901) as a URI fragment: `#/data/0/a~1b`. */
export function pointer(path: readonly PropertyKey[]): string {
  return `#${path.map((key) => `/${escape(String(key))}`).join('')}`
}

function escape(key: string): string {
  // A lone surrogate has no UTF-8 form, and would make encodeURIComponent throw.
  return encodeURIComponent(key.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
}
