import { randomBytes } from 'node:crypto'

/** A word that no other test uses: for keys, topics and databases on the servers that all tests share. */
export function uniquePrefix(): string {
  return `test_${randomBytes(8).toString('hex')}`
}
