/** The query of a request's target: everything after the first "?". Not by `new URL`, which throws on targets such as "//". */
export function searchOf(target: string): string {
  const at = target.indexOf('?')
  return at < 0 ? '' : target.slice(at + 1)
}
