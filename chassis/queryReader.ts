import { z } from 'zod'
import { Query } from '../contract/query.ts'

/**
 * A reader of queries by a schema of all their parameters: it takes one without its question mark. A parameter whose schema is an
 * array may come several times. The reader throws `invalid-parameter` with all mistakes. Make it once: it asks the schema for its names.
 */
export function queryReader<S extends z.ZodObject>(schema: S): (search: string) => z.output<S> {
  const parameters = Object.entries(schema.shape)
  const lists = parameters.filter(([, each]) => each instanceof z.ZodArray).map(([name]) => name)
  const names = parameters.map(([name]) => name)
  return (search) => {
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
