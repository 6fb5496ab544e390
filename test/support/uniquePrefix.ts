import { randomBytes } from 'node:crypto'

/** A word that no other test uses, for keys, topics and databases on the shared servers. */
export function uniquePrefix(): string {
  return `test_${randomBytes(8).toString('hex')}`
}
