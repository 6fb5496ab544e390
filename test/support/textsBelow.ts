import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../stack/errors.ts'

/** The files below a stack's folder and what is in them, without what Postgres keeps, which holds verifiers only. */
export function textsBelow(folder: string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const path of filesBelow(folder)) {
    const text = textOf(path)
    if (text !== undefined) texts.set(path, text)
  }
  return texts
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'data' ? [] : filesBelow(path)
    return entry.isFile() ? [path] : []
  })
}

/** Undefined if the file is gone: Mosquitto writes what it keeps under another name first. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
