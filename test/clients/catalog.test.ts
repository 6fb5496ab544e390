import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { CLIENTS } from './catalog.ts'
import { sourceOf } from './languages.ts'
import { titleOf } from './table.ts'

const MANIFESTS = /^(package\.json|requirements\.txt|install\.sh|go\.mod|Cargo\.toml|pom\.xml)$/

describe.each(CLIENTS.map((client) => [titleOf(client), client] as const))(
  '%s',
  (title, client) => {
    const { folder, path } = sourceOf(client.language, client.file)

    test(`${title} has a subscriber`, () => {
      expect(existsSync(join(folder, path))).toBe(true)
    })

    test(`${title} is pinned to the version in the table`, () => {
      const pins = readdirSync(folder)
        .filter((name) => MANIFESTS.test(name))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('')
      expect(pins).toContain(client.version ?? '')
    })
  },
)
