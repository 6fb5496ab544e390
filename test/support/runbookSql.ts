import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../stack/root.ts'

/** The statements of the first SQL block after a text in docs/operations.md. */
export function runbookSql(after: string): string[] {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  const [, block = ''] = /```sql\n(.+?)```/s.exec(page.slice(page.indexOf(after))) ?? []
  const statements = block.split(';').map((statement) => statement.trim())
  return statements.filter((statement) => statement !== '')
}
