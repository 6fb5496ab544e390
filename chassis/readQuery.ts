import { z } from 'zod'
import { Query } from '../contract/query.ts'

/**
 * Reads a query, given without its question mark, by a schema of all its parameters. One whose schema is an array may come several
 * times. Throws `invalid-parameter` with all mistakes.
 */
export function readQuery<S extends z.ZodObject>(search: string, schema: S): z.output<S> {
  const parameters = Object.entries(schema.shape)
  const lists = parameters.filter(([, each]) => each instanceof z.ZodArray).map(([name]) => name)
  const names = parameters.map(([name]) => name)
  const query = new Query(search, names, lists)
  const given: Record<string, unknown> = {}
  for (const name of names) {
    const all = query.all(name)
    if (lists.includes(name)) given[name] = all
    else if (all.length > 0) given[name] = all[0]
  }
  const read = schema.safeParse(given)
  for (const [name, detail] of read.error === undefined ? [] : firstIssues(read.error)) {
    query.mistake(name, name in given ? detail : 'required')
  }
  query.check()
  if (read.error !== undefined) throw read.error
  return read.data
}

/** One for each parameter. */
function firstIssues({ issues }: z.ZodError): Map<string, string> {
  const first = new Map<string, string>()
  for (const { path, message } of issues) {
    const name = String(path[0] ?? '')
    if (!first.has(name)) first.set(name, message)
  }
  return first
}
