import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { load } from './tools.ts'

interface Yaml {
  parse(text: string, options: { merge: boolean }): unknown
  parseAllDocuments(text: string): { errors: Error[]; toJS(): unknown }[]
}

export const CHART = join(ROOT, 'charts/causeway')

export async function readYaml(path: string): Promise<unknown> {
  const yaml = await load<Yaml>('yaml')
  // compose.yaml merges what its services share.
  return yaml.parse(readFileSync(path, 'utf8'), { merge: true })
}

/** The documents of a YAML stream, without empty ones. Throws if one cannot be read or has a key twice. */
export async function parseDocuments(text: string): Promise<unknown[]> {
  const yaml = await load<Yaml>('yaml')
  const documents = yaml.parseAllDocuments(text)
  for (const { errors } of documents) if (errors[0] !== undefined) throw errors[0]
  return documents.map((document) => document.toJS()).filter((document) => document !== null)
}
