import { join } from 'node:path'
import { ROOT } from '../../../stack/root.ts'
import { run, TOOLS } from './tools.ts'

/** What the models of Kubernetes find wrong with objects; empty if nothing. In a process of its own: the models are large. */
export function complaints(objects: readonly object[]): string[] {
  const script = join(ROOT, 'test/deploy/tools/strict.mjs')
  const found: string[] = JSON.parse(run('node', [script, TOOLS], JSON.stringify(objects)))
  return found
}
