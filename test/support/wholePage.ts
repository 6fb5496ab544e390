import type { LogReader } from '../../history/logReader.ts'
import type { Page, PageQuery } from '../../history/types.ts'

/** A page with all its chunks. */
export async function wholePage(log: Pick<LogReader, 'page'>, query: PageQuery): Promise<Page> {
  const first = await log.page(query)
  const entries = [...first.entries]
  let { rest } = first
  while (rest !== undefined) {
    const chunk = await log.page(rest)
    entries.push(...chunk.entries)
    rest = chunk.rest
  }
  return { ...first, entries, rest }
}
