import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files below a stack's folder, without what Postgres keeps, which holds verifiers only. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'data' ? [] : filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}
